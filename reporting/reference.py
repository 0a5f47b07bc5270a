"""Cycle, key results, statuses, report template and years as a fresh portal has them.

Existing rows keep the edits of the Chair's Office. The CSV files name the sources of the rows.
"""

from datetime import date
from typing import TypeVar

from core.reference import rows
from groups.models import Quadrennium
from reporting.models import (
    Component,
    CyclePair,
    KeyResult,
    ReportingYear,
    ReportTemplate,
    StrategicPlan,
    Subcategory,
    TargetStatus,
    TemplateSection,
)

Part = TypeVar("Part", Component, Subcategory)


def load() -> None:
    """Add the rows that are missing. Running this again changes nothing. Needs the quadrennia (groups.reference)."""
    _named(Component, "components")
    _named(Subcategory, "subcategories")
    TargetStatus.objects.bulk_create(
        [
            TargetStatus(
                **{key: row[key] for key in ("code", "name_en", "name_fr", "name_es", "glyph")},
                is_final=row["is_final"] == "yes",
                is_achieved=row["is_achieved"] == "yes",
                order=number,
            )
            for number, row in enumerate(rows("reporting", "target-statuses"), 1)
        ],
        ignore_conflicts=True,
    )
    for period in Quadrennium.objects.filter(starts_on__gte=date(2021, 1, 1)):
        _plan(period)
    template = _template("2021", "sections-2021")
    ReportingYear.objects.bulk_create(
        [
            ReportingYear(
                year=year,
                quadrennium=period,
                template=template,
                opens_on=date(year, 11, 1),
                due_on=date(year + 1, 1, 31),
            )
            for period in Quadrennium.objects.filter(starts_on__gte=date(2021, 1, 1))
            for year in period.years
        ],
        ignore_conflicts=True,
    )


def _named(model: type[Part], name: str) -> None:
    found = [model(order=number, **row) for number, row in enumerate(rows("reporting", name), 1)]
    model._default_manager.bulk_create(found, ignore_conflicts=True)


def _plan(period: Quadrennium) -> None:
    """The strategic plan of a period: its Key Species Results, and the pairs of component and sub-category.

    Only the results whose wording is public are loaded: numbers 1 to 7 of 2021–2025. House assumption: the pairs of
    earlier reports are used for 2026–2029 too, until the Chair's Office publishes others.
    """
    plan, _created = StrategicPlan.objects.get_or_create(
        version=f"Species Strategic Plan {period.label}", defaults={"quadrennium": period}
    )
    components = {component.name_en: component for component in Component.objects.all()}
    subcategories = {subcategory.name_en: subcategory for subcategory in Subcategory.objects.all()}
    translated = {row["number"]: row for row in rows("reporting", "key-results-translated")}
    KeyResult.objects.bulk_create(
        [
            KeyResult(
                plan=plan,
                number=int(row["number"]),
                component=components[row["component"]],
                title_en=row["title"][:250],
                title_fr=translated[row["number"]]["title_fr"],
                title_es=translated[row["number"]]["title_es"],
                source=row["source"][:300],
            )
            for row in rows("reporting", "key-species-results")
            if row["period"] == period.label
        ],
        ignore_conflicts=True,
    )
    CyclePair.objects.bulk_create(
        [
            CyclePair(
                plan=plan,
                component=components[row["component"]],
                subcategory=subcategories[row["subcategory"]],
                example_indicator=row["example indicator"][:300],
                source=row["source"],
            )
            for row in rows("reporting", "species-conservation-cycle")
        ],
        ignore_conflicts=True,
    )


def _template(version: str, name: str) -> ReportTemplate:
    template, created = ReportTemplate.objects.get_or_create(version=version)
    if created:
        components = {component.code: component for component in Component.objects.all()}
        TemplateSection.objects.bulk_create(
            TemplateSection(
                template=template,
                order=number,
                component=components.get(row["component"]),
                own_role=row["own_role"],
                minutes=int(row["minutes"]),
                **{key: row[key] for key in row if key not in ("component", "own_role", "minutes")},
            )
            for number, row in enumerate(rows("reporting", name), 1)
        )
    return template
