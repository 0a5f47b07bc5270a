"""One person's groups as the duties around targets and reports see them: one query for both, of the SQL kept.

What everybody owes is read with offices and administrators beside each group (reporting.duties, duties_reports).
One person's roles have been read already, and the periods and years lie in memory; what is left is little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from core.prepared import prepared
from duties.registry import Ask
from groups.access import PersonRoles, roles_of
from groups.models import Group, Quadrennium
from reporting.models import (
    Progress,
    Report,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    Target,
    TargetSet,
    all_reporting_years,
)

# A report that is more than a year late is no longer asked for.
ASKED_FOR = timedelta(days=366)


@dataclass(frozen=True)
class OwnGroup:
    """A group of the person asking, with what stands there around targets and reports."""

    pk: int
    slug: str
    name: str
    founded_on: date | None
    closed_on: date | None
    target_set: dict[str, Any] | None
    live: int
    left: int
    reports: list[dict[str, Any]]
    codes: frozenset[str]


@dataclass(frozen=True)
class OwnStanding:
    """The person's groups, the period and the years that the day asks about."""

    groups: tuple[OwnGroup, ...]
    period: Quadrennium | None
    # The latest year that opened, and those whose reports are still asked for.
    latest: ReportingYear | None
    years: tuple[ReportingYear, ...]


def own_roles(ask: Ask) -> PersonRoles | None:
    """The roles of the person asked about; None where the answer hangs on more than their own groups.

    An administrator answers for every group without network support.
    """
    if ask.person is None:
        return None
    held = roles_of(ask.person, ask.day)
    return None if "CA" in held.network else held


def own_standing(ask: Ask, held: PersonRoles, codes: Iterable[str]) -> OwnStanding:
    """What stands in the groups where the person holds one of the roles; read once for each question."""
    wanted = frozenset(codes)
    places = {
        pk: found
        for pk, found in held.groups.items()
        if found & wanted and (ask.group_ids is None or pk in ask.group_ids)
    }
    opened = [year for year in all_reporting_years() if year.opens_on <= ask.day]
    period = Quadrennium.current(ask.day)
    latest = opened[-1] if opened else None
    years = tuple(year for year in opened if year.due_on >= ask.day - ASKED_FOR)
    if places and "own_groups" not in ask.kept:
        ask.kept["own_groups"] = own_groups(
            # Every group of the person that reports, so that one answer serves both kinds of duties.
            groups=[pk for pk in held.groups if ask.group_ids is None or pk in ask.group_ids],
            day=ask.day,
            period=period.pk if period else 0,
            latest_period=latest.quadrennium_id if latest else 0,
            latest=latest.year if latest else 0,
            years=[year.year for year in {*years, *([latest] if latest else [])}],
        )
    rows = ask.kept["own_groups"] if places else []
    return OwnStanding(
        groups=tuple(OwnGroup(*row, codes=places[row[0]]) for row in rows if row[0] in places),
        period=period,
        latest=latest,
        years=years,
    )


@prepared
def own_groups(
    groups: list[int], day: date, period: int, latest_period: int, latest: int, years: list[int]
) -> QuerySet:
    """Open groups that report, among these, in the order of OwnGroup's fields."""
    recorded = Progress.objects.filter(target=OuterRef("pk"), year=latest)
    targets = (
        Target.objects.filter(group=OuterRef("pk"), target_set__quadrennium=latest_period, dropped_at=None)
        .order_by()
        .values("group")
        .annotate(n=Count("pk"))
        .values("n")
    )
    sets = TargetSet.objects.filter(group=OuterRef("pk"), quadrennium=period).order_by()
    reports = Report.objects.filter(group=OuterRef("pk"), reporting_year__any_of=years).order_by()
    return (
        Group.objects.open(day)
        .filter(pk__any_of=groups, category__reports_annually=True)
        .order_by("sort_key")
        .values_list(
            "pk",
            "slug",
            "name",
            "founded_on",
            "closed_on",
            Subquery(sets.values(one=JSONObject(pk="pk", state="state", sent="submitted_at"))[:1]),
            _or_none(targets),
            _or_none(targets.filter(~Q(Exists(recorded)))),
            ArraySubquery(
                reports.values(
                    one=JSONObject(
                        pk="pk",
                        year=F("reporting_year_id"),
                        state="state",
                        extended_to="extended_to",
                        submitted_at="submitted_at",
                        done=counted(
                            ReportSection.objects.filter(report=OuterRef("pk"), is_complete=True), "report"
                        ),
                        versions=counted(ReportSubmission.objects.filter(report=OuterRef("pk")), "report"),
                    )
                )
            ),
        )
    )


def counted(rows: QuerySet, by: str) -> Coalesce:
    """How many rows stand beside the outer row, as a column."""
    return _or_none(rows.order_by().values(by).annotate(n=Count("pk")).values("n"))


def _or_none(count: QuerySet) -> Coalesce:
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)
