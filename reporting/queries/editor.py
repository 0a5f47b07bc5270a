"""What the page of one section asks: the report with its sections, and the targets of its part of the cycle."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import FilteredRelation, Q, QuerySet

from core.prepared import as_objects, columns, prepared
from groups.models import Group
from reporting.models import Report, ReportingYear, Target
from reporting.queries.reports import PERSON, SECTION, SectionRow, in_order, with_group


@prepared
def _with_sections(group: int, year: int) -> QuerySet:
    """A report beside each of its sections, with who wrote them last; once alone before the first."""
    found = Report.objects.filter(group=group, reporting_year=year).order_by()
    return found.values_list(
        *columns(Report),
        *(f"sections__{name}" for name in SECTION),
        *("sections__edited_by", *(f"sections__edited_by__{name}" for name in PERSON[1:])),
    )


def report_and_sections(group: Group, year: ReportingYear) -> tuple[Report | None, list[SectionRow]]:
    """The group's report, None while nobody has begun, and all its sections in order; one query, in scope."""
    rows = _with_sections(group=group.pk, year=year.year)
    if not rows:
        return None, in_order({}, year.template_id)
    own = len(columns(Report))
    (report,) = as_objects(Report, [rows[0][:own]])
    written = {row[own]: row[own + 1 :] for row in rows if row[own] is not None}
    return with_group(report, group), in_order(written, report.template_id)


class TargetLine(NamedTuple):
    """A target with what was recorded for one year: status None where nothing was."""

    pk: int
    number: int
    text: str
    quantity: Decimal | None
    dropped_at: datetime | None
    status: str | None
    reached: Decimal | None
    recorded_at: datetime | None


@prepared
def _target_lines(group: int, period: int, component: str, year: int) -> QuerySet:
    found = Target.objects.filter(group=group, target_set__quadrennium=period, component=component)
    entry = FilteredRelation("progress", condition=Q(progress__year=year))
    return (
        found.annotate(entry=entry)
        .order_by("number")
        .values_list(
            *("pk", "number", "text", "quantity", "dropped_at"),
            *("entry__status_id", "entry__quantity", "entry__recorded_at"),
        )
    )


def target_lines(group: Group, year: ReportingYear, component: str) -> list[TargetLine]:
    """The group's targets in one part of the cycle with the year's progress; one query, in the group's scope."""
    rows = _target_lines(group=group.pk, period=year.quadrennium_id, component=component, year=year.year)
    return [TargetLine(*row) for row in rows]
