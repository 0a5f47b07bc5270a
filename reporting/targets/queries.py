"""Reads of targets and progress, such as the table of a period with its years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from groups.models import Group, Quadrennium
from reporting.deadlines import year_at_work
from reporting.models import (
    Component,
    Progress,
    Report,
    ReportingYear,
    Target,
    TargetSet,
    all_components,
    all_reporting_years,
    planned_periods,
)
from reporting.standing import entries_known_at, has_final_status, standing_at
from reporting.targets.access import why_not_record_year
from reporting.targets.figures import plain_number, share_reached


@dataclass(frozen=True)
class YearCell:
    """One year of one target: its entry, and whether people may record it today."""

    year: int
    entry: Progress | None
    recordable: bool
    now: bool
    # The earlier entry that still holds in this year, because its status is final.
    carried: Progress | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the group still has to record the year: it may, and the target's status is unknown."""
        return self.recordable and self.entry is None and self.carried is None

    @cached_property
    def figure(self) -> str:
        """The total reached by the end of the year; empty without a figure."""
        return plain_number(self.entry.quantity) if self.entry else ""


@dataclass(frozen=True)
class TargetRow:
    """One target with its years and its status."""

    target: Target
    cells: tuple[YearCell, ...]
    latest: Progress | None

    @property
    def begun(self) -> list[YearCell]:
        """The years that have begun or have an entry."""
        return [cell for cell in self.cells if cell.entry or cell.year <= clock.today().year]

    @cached_property
    def share(self) -> int:
        """The share of the target that is reached, as a whole percent."""
        achieved = self.latest is not None and self.latest.status.is_achieved
        return share_reached(
            self.target.quantity, self.latest.quantity if self.latest else None, achieved=achieved
        )

    @cached_property
    def kind(self) -> str:
        """The status sign."""
        if self.target.dropped_at is not None:
            return "no"
        return self.latest.status.glyph if self.latest else "todo"

    @cached_property
    def word(self) -> str:
        """The target's status in words; for work under way with figures, such as "3 of 12"."""
        if self.target.dropped_at is not None:
            return _("Dropped")
        if self.latest is None:
            return _("Not begun")
        if self.kind == "going" and self.target.quantity and self.latest.quantity is not None:
            return _("%(reached)s of %(planned)s") % {
                "reached": plain_number(self.latest.quantity),
                "planned": plain_number(self.target.quantity),
            }
        return str(self.latest.status)

    @cached_property
    def planned(self) -> str:
        """The planned quantity as people write it."""
        return plain_number(self.target.quantity)


@dataclass(frozen=True)
class Block:
    """The targets of one part of the cycle."""

    component: Component
    rows: tuple[TargetRow, ...]


@dataclass(frozen=True)
class TargetTable:
    """All targets of a group for one period, along the cycle."""

    period: Quadrennium
    target_set: TargetSet | None
    years: tuple[int, ...]
    year: int | None
    due_on: date | None
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> list[TargetRow]:
        """Every target, by part of the cycle and number."""
        return [row for block in self.blocks for row in block.rows]

    @property
    def live(self) -> list[TargetRow]:
        """Targets that were not dropped."""
        return [row for row in self.rows if row.target.dropped_at is None]

    @property
    def left(self) -> list[TargetRow]:
        """The targets whose status at the end of the present year is unknown, if people may record it."""
        return [row for row in self.live if any(cell.now and cell.is_missing for cell in row.cells)]


def all_periods() -> Sequence[Quadrennium]:
    """Every period that has a plan, oldest first."""
    return planned_periods()


def period_of(periods: Iterable[Quadrennium], first: int, last: int) -> Quadrennium | None:
    """The period with this first and last year, or None."""
    return next((one for one in periods if (one.years[0], one.years[-1]) == (first, last)), None)


def current_period(periods: Sequence[Quadrennium], day: date) -> Quadrennium | None:
    """The period that includes the day; else the last one that has begun; else the first."""
    begun = [one for one in periods if one.starts_on <= day]
    return begun[-1] if begun else next(iter(periods), None)


def report_states(years: Iterable[int]) -> dict[int, str]:
    """The state of the group's report by year, for years with a report; in the group's scope."""
    return dict(Report.objects.filter(reporting_year__in=list(years)).values_list("reporting_year", "state"))


def target_table(group: Group, period: Quadrennium, day: date | None = None) -> TargetTable:
    """The table of a period, in the group's scope; four queries however many targets there are."""
    day = day or clock.today()
    target_set = TargetSet.objects.filter(group=group, quadrennium=period).first()
    targets = list(
        Target.objects.filter(group=group, target_set__quadrennium=period)
        .select_related("component", "subcategory", "key_result")
        .order_by("number")
    )
    opened = ReportingYear.open(day)
    year = year_at_work(period, opened, day)
    due = next((one.due_on for one in all_reporting_years() if one == opened and one.year == year), None)
    reports = list(Report.objects.filter(reporting_year__quadrennium=period).select_related("reporting_year"))
    for report in reports:
        if report.year == year:
            due = report.due_on
    states = {report.year: report.state for report in reports}
    entries: dict[int, dict[int, Progress]] = defaultdict(dict)
    for entry in Progress.objects.filter(target__in=targets).select_related("status"):
        entries[entry.target_id][entry.year] = entry
    recordable = recordable_years(period, states, day)
    rows: dict[str, list[TargetRow]] = defaultdict(list)
    for target in targets:
        rows[target.component_id].append(_row(target, entries[target.pk], recordable, year))
    return TargetTable(
        period=period,
        target_set=target_set,
        years=tuple(period.years),
        year=year,
        due_on=due,
        blocks=tuple(Block(component, tuple(rows[component.pk])) for component in all_components()),
    )


def recordable_years(period: Quadrennium, states: Mapping[int, str], day: date) -> dict[int, bool]:
    """For each year of the period, whether people may record progress on targets that are not dropped."""
    return {year: why_not_record_year(period, year, states.get(year), day) is None for year in period.years}


def _row(
    target: Target, entries: Mapping[int, Progress], recordable: Mapping[int, bool], now: int | None
) -> TargetRow:
    active = target.dropped_at is None
    cells = tuple(
        YearCell(
            year=year,
            entry=entries.get(year),
            recordable=active and may,
            now=year == now,
            carried=None if year in entries else standing_at(entries, year, has_final_status).known,
        )
        for year, may in recordable.items()
    )
    return TargetRow(target, cells, entries[max(entries)] if entries else None)


def target_row(target: Target, day: date | None = None) -> TargetRow:
    """One target with its years, in the group's scope; two queries. The caller has loaded `target_set.quadrennium`."""
    day = day or clock.today()
    period = target.target_set.quadrennium
    entries = {entry.year: entry for entry in target.progress.select_related("status")}
    recordable = recordable_years(period, report_states(period.years), day)
    return _row(target, entries, recordable, year_at_work(period, ReportingYear.open(day), day))


def bars(row: TargetRow) -> list[tuple[str, int, str]]:
    """The years of a countable target as bars: (year, percent of the plan, figure)."""
    quantity = row.target.quantity
    if not quantity:
        return []
    return [
        (str(cell.year), share_reached(quantity, cell.entry.quantity, achieved=False), cell.figure)
        for cell in row.cells
        if cell.entry and cell.entry.quantity is not None
    ]


def next_target(target: Target, year: int) -> Target | None:
    """The next target by number whose status in the year is unknown; after the last comes the first, else None."""
    known = entries_known_at(year).filter(target__target_set=target.target_set_id)
    open_ones = (
        Target.objects.filter(target_set=target.target_set_id, dropped_at=None)
        .exclude(pk=target.pk)
        .exclude(pk__in=known.values("target"))
    )
    return open_ones.filter(number__gt=target.number).first() or open_ones.first()


def report_state(group: Group, year: int) -> str | None:
    """The state of the group's report for the year; None before the group begins it."""
    return Report.objects.filter(Q(group=group), reporting_year=year).values_list("state", flat=True).first()
