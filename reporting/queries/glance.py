"""One group at a glance: its targets and reports as duties and overview ask about them, each read once for a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import (
    CharField,
    Count,
    Exists,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, Coalesce, JSONObject

from core import clock
from core.prepared import prepared
from groups.models import Group, Quadrennium
from reporting.models import (
    Progress,
    Report,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    TargetSet,
    all_reporting_years,
)

# A report that is more than a year late is no longer asked for.
ASKED_FOR = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """The period and the years that a day asks about."""

    period: Quadrennium | None
    # The latest year that opened, and those whose reports are still asked for.
    latest: ReportingYear | None
    years: tuple[ReportingYear, ...]

    @property
    def year_numbers(self) -> list[int]:
        """The years, the latest among them."""
        return [year.year for year in {*self.years, *([self.latest] if self.latest else [])}]


def asked_on(day: date) -> Asked:
    """What a day asks about; from memory."""
    opened = [year for year in all_reporting_years() if year.opens_on <= day]
    return Asked(
        period=Quadrennium.current(day),
        latest=opened[-1] if opened else None,
        years=tuple(year for year in opened if year.due_on >= day - ASKED_FOR),
    )


class TargetLine(NamedTuple):
    """A target with its last entry; a set without targets is one line without a part of the cycle."""

    period: int
    set_pk: int
    set_state: str
    sent: datetime | None
    component: str | None
    quantity: Decimal | None
    # {"reached": text or None, "status": code}, or None before the first entry.
    entry: dict[str, Any] | None
    # Whether the progress of the latest year stands.
    recorded: bool


class ReportLine(NamedTuple):
    """A report with how many sections are complete, how often it was sent, and who sent it last."""

    pk: int
    year: int
    template_id: int
    state: str
    extended_to: date | None
    extended_why: str
    submitted_at: datetime | None
    decided_at: datetime | None
    given_name: str | None
    family_name: str | None
    email: str | None
    done: int
    versions: int


@prepared
def _target_lines(group: int, periods: list[int], latest: int) -> QuerySet:
    entries = Progress.objects.filter(target=OuterRef("live__pk"))
    last = entries.order_by("-year").values(
        one=JSONObject(reached=Cast("quantity", CharField()), status="status_id")
    )
    return (
        TargetSet.objects.filter(group=group, quadrennium__any_of=periods)
        .annotate(live=FilteredRelation("targets", condition=Q(targets__dropped_at=None)))
        .order_by("live__number")
        .values_list(
            *("quadrennium_id", "pk", "state", "submitted_at", "live__component_id", "live__quantity"),
            Subquery(last[:1]),
            Exists(entries.filter(year=latest)),
        )
    )


@prepared
def _report_lines(group: int, years: list[int]) -> QuerySet:
    found = Report.objects.filter(group=group, reporting_year__any_of=years).order_by("reporting_year")
    complete = ReportSection.objects.filter(report=OuterRef("pk"), is_complete=True)
    return found.values_list(
        *("pk", "reporting_year_id", "template_id", "state", "extended_to", "extended_why"),
        *("submitted_at", "decided_at"),
        *(f"submitted_by__{name}" for name in ("given_name", "family_name", "email")),
        counted(complete, "report"),
        counted(ReportSubmission.objects.filter(report=OuterRef("pk")), "report"),
    )


def counted(rows: QuerySet, by: str) -> Coalesce:
    """How many rows stand beside the outer row, as a column."""
    count = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)


class Glance:
    """What stands in one group on a day; read when it is first asked for, in the group's scope."""

    def __init__(self, group: Group, day: date | None = None) -> None:
        self.group, self.day = group, day or clock.today()
        self.asked = asked_on(self.day)

    @cached_property
    def targets(self) -> list[TargetLine]:
        """Targets of the day's period and of the latest year's, by number; one query."""
        period, latest = self.asked.period, self.asked.latest
        periods = {*([period.pk] if period else []), *([latest.quadrennium_id] if latest else [])}
        rows = _target_lines(group=self.group.pk, periods=list(periods), latest=latest.year if latest else 0)
        return [TargetLine(*row) for row in rows]

    @cached_property
    def reports(self) -> list[ReportLine]:
        """Reports of the years that are asked for, oldest first; one query."""
        rows = _report_lines(group=self.group.pk, years=self.asked.year_numbers)
        return [ReportLine(*row) for row in rows]

    def period_targets(self) -> list[TargetLine]:
        """The targets of the day's period."""
        period = self.asked.period
        return [one for one in self.targets if period and one.period == period.pk and one.component]

    def target_set(self) -> TargetLine | None:
        """A line of the set of the day's period, or None before it is begun."""
        period = self.asked.period
        return next((one for one in self.targets if period and one.period == period.pk), None)

    def counted(self) -> tuple[int, int]:
        """How many targets the latest year reports on, and how many of them have no progress for it."""
        latest = self.asked.latest
        live = [
            one for one in self.targets if latest and one.period == latest.quadrennium_id and one.component
        ]
        return len(live), sum(1 for one in live if not one.recorded)


def glance_at(kept: dict[str, Any], group: Group, day: date | None = None) -> Glance:
    """The group's glance, kept for as long as the page that is drawn."""
    key = f"reporting.glance.{group.pk}.{day or clock.today()}"
    if key not in kept:
        kept[key] = Glance(group, day)
    found: Glance = kept[key]
    return found
