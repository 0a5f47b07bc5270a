"""The frozen copy of a report that a group sends: its texts, targets, figures and people.

The office reads this copy; it is also published, printed and exported. So all of these show the same
figures. It is plain JSON and a page can be drawn from it alone. Its shape (`FORMAT` 1):

    {"format": 1, "year": 2026, "template": "2021",
     "group": {"slug", "name", "acronym", "remit"},
     "quadrennium": {"label", "first", "last"},
     "people": [{"office", "topic", "name"}],
     "members": 138,                                  people who were members at some time of the year
     "sections": [{"key", "component", "title": {"en", "fr", "es"}, "text"}],
     "targets": [{"number", "code", "component", "subcategory", "text", "indicator", "baseline",
                  "quantity": "12.00" or None, "due_year", "dropped", "dropped_why",
                  "progress": [{"year", "status", "quantity": "11.00" or None, "text"}]}],
     "names": {"components": {code: {"en", "fr", "es", "order"}}, "subcategories": {…},
               "statuses": {code: {"en", "fr", "es", "order", "glyph", "is_final", "is_achieved"}}}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from core import clock
from core.languages import CODES
from groups.models import Appointment, Group
from groups.roles import OFFICES
from members.models import Membership
from reporting.models import (
    Component,
    Progress,
    Report,
    ReportingYear,
    Subcategory,
    Target,
    TargetStatus,
    TemplateSection,
)

FORMAT = 1
# The cover of a report names the holders of these offices.
NAMED_OFFICES = ("chair", "co_chair", "red_list_coordinator")


@dataclass(frozen=True)
class Names:
    """The names in the reference lists at the moment when a report is sent."""

    components: dict[str, dict[str, Any]]
    subcategories: dict[str, dict[str, Any]]
    statuses: dict[str, dict[str, Any]]

    @classmethod
    def load(cls) -> Names:
        """All names, in three queries. Callers that write many reports read this once."""
        return cls.of(Component.objects.all(), Subcategory.objects.all(), TargetStatus.objects.all())

    @classmethod
    def of(
        cls,
        components: Iterable[Component],
        subcategories: Iterable[Subcategory],
        statuses: Iterable[TargetStatus],
    ) -> Names:
        """The names of these rows, in the order of their lists."""
        return cls(
            components={row.code: _word(row) for row in _ordered(components)},
            subcategories={row.code: _word(row) for row in _ordered(subcategories)},
            statuses={
                row.code: _word(row)
                | {"glyph": row.glyph, "is_final": row.is_final, "is_achieved": row.is_achieved}
                for row in _ordered(statuses)
            },
        )


def _ordered(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.order)


def _in_all(row: Any, field: str) -> dict[str, Any]:
    return {code: getattr(row, f"{field}_{code}") for code in CODES}


def _word(row: Any) -> dict[str, Any]:
    """A name in all languages with its order, because PostgreSQL does not keep the order of JSON keys."""
    return _in_all(row, "name") | {"order": row.order}


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else str(Decimal(value).quantize(Decimal("0.01")))


def build(
    *,
    group: Group,
    year: ReportingYear,
    template: str,
    sections: Sequence[TemplateSection],
    texts: Mapping[str, str],
    targets: Iterable[tuple[Target, Sequence[Progress]]],
    people: Iterable[tuple[str, str, str]],
    members: int,
    names: Names,
) -> dict[str, Any]:
    """The frozen content, made from these rows without a query. The caller has loaded `year.quadrennium`.

    `people` are (office, topic, name); `targets` pair each target with its progress. Progress of later years
    is left out, and so are names that the report does not use.
    """
    rows = [_target(target, progress, year.year) for target, progress in targets]
    rows.sort(key=lambda row: row["number"])
    components = {section.component_id for section in sections if section.component_id}
    order = list(OFFICES)
    return {
        "format": FORMAT,
        "year": year.year,
        "template": template,
        "group": {"slug": group.slug, "name": group.name, "acronym": group.acronym, "remit": group.remit},
        "quadrennium": {
            "label": year.quadrennium.label,
            "first": year.quadrennium.starts_on.year,
            "last": year.quadrennium.ends_on.year,
        },
        "people": [
            {"office": office, "topic": topic, "name": name}
            for office, topic, name in sorted(people, key=lambda person: (order.index(person[0]), person[2]))
            if office in NAMED_OFFICES
        ],
        "members": members,
        "sections": [
            {
                "key": section.key,
                "component": section.component_id or "",
                "title": _in_all(section, "title"),
                "text": texts.get(section.key, ""),
            }
            for section in sections
        ],
        "targets": rows,
        "names": {
            "components": _used(names.components, components | {row["component"] for row in rows}),
            "subcategories": _used(names.subcategories, {row["subcategory"] for row in rows}),
            "statuses": _used(names.statuses, {entry["status"] for row in rows for entry in row["progress"]}),
        },
    }


def _used(words: dict[str, dict[str, Any]], codes: set[str]) -> dict[str, dict[str, Any]]:
    """The names with these codes, in the order of the list."""
    return {code: word for code, word in words.items() if code in codes}


def _target(target: Target, progress: Sequence[Progress], year: int) -> dict[str, Any]:
    return {
        "number": target.number,
        "code": target.code,
        "component": target.component_id,
        "subcategory": target.subcategory_id,
        "text": target.text,
        "indicator": target.indicator,
        "baseline": target.baseline,
        "quantity": _exact(target.quantity),
        "due_year": target.due_year,
        "dropped": target.dropped_at is not None,
        "dropped_why": target.dropped_why,
        "progress": [
            {"year": row.year, "status": row.status_id, "quantity": _exact(row.quantity), "text": row.text}
            for row in sorted(progress, key=lambda row: row.year)
            if row.year <= year
        ],
    }


def digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of the content as canonical JSON. The same content always has the same digest."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def freeze(report: Report, day: date | None = None) -> dict[str, Any]:
    """The report's content now. The caller has opened the group's scope.

    It names the people in office on the last day of the year, or on `day` (today) if that is earlier.
    """
    year = report.reporting_year
    last = min(day or clock.today(), date(year.year, 12, 31))
    targets = list(
        Target.objects.filter(target_set__quadrennium=year.quadrennium_id)
        .select_related("component", "subcategory")
        .prefetch_related(
            Prefetch("progress", Progress.objects.filter(year__lte=year.year).select_related("status"))
        )
    )
    sections = list(report.template.sections.select_related("component"))
    people = Appointment.objects.on(last).filter(office__in=NAMED_OFFICES).select_related("person")
    return build(
        group=report.group,
        year=year,
        template=report.template.version,
        sections=sections,
        texts=dict(report.sections.values_list("key", "text")),
        targets=[(target, list(target.progress.all())) for target in targets],
        people=[(row.office, row.topic, row.person.get_full_name()) for row in people],
        members=members_in(year.year),
        names=Names.of(
            {
                *(target.component for target in targets),
                *(one.component for one in sections if one.component),
            },
            {target.subcategory for target in targets},
            {row.status for target in targets for row in target.progress.all()},
        ),
    )


def members_in(year: int) -> int:
    """How many people were members of the group in scope at some time of the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return (
        Membership.objects.filter(starts_on__lte=last, ends_on__gte=first)
        .exclude(ending__from_day__lte=first)
        .values("person")
        .distinct()
        .count()
    )
