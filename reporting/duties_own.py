"""One person's groups as the duties around targets and reports see them: one query for both, of the SQL kept.

What everybody owes is read with offices and administrators beside each group (reporting.duties, duties_reports).
One person's roles have been read already, and the periods and years lie in memory; what is left is little.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from core.prepared import prepared
from duties.registry import Ask
from groups.access import PersonRoles, roles_of
from groups.models import Group
from groups.queries import leadership_kept
from reporting.models import Progress, Report, ReportSection, ReportSubmission, Target, TargetSet
from reporting.queries.glance import Asked, Glance, asked_on, counted, glance_at


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
    asked: Asked


def of_one_person(ask: Ask, codes: Collection[str]) -> OwnStanding | None:
    """What stands in the groups of the person asked about, as far as one of the roles is held there.

    None where the answer hangs on more than that: everybody is asked about, or an administrator over many groups.
    """
    found = at_hand(ask, codes)
    if found is None and (held := own_roles(ask)) is not None:
        return own_standing(ask, held, codes)
    return found


def own_roles(ask: Ask) -> PersonRoles | None:
    """The roles of the person asked about; None where the answer hangs on more than their own groups.

    An administrator answers for every group without network support.
    """
    if ask.person is None:
        return None
    held = roles_of(ask.person, ask.day)
    return None if "CA" in held.network else held


def own_standing(ask: Ask, held: PersonRoles, codes: Collection[str]) -> OwnStanding:
    """What stands in the groups where the person holds one of the roles; read once for each question."""
    wanted = frozenset(codes)
    places = {
        pk: found
        for pk, found in held.groups.items()
        if found & wanted and (ask.group_ids is None or pk in ask.group_ids)
    }
    asked = asked_on(ask.day)
    if places and "own_groups" not in ask.kept:
        ask.kept["own_groups"] = own_groups(
            # Every group of the person that reports, so that one answer serves both kinds of duties.
            groups=[pk for pk in held.groups if ask.group_ids is None or pk in ask.group_ids],
            day=ask.day,
            period=asked.period.pk if asked.period else 0,
            latest_period=asked.latest.quadrennium_id if asked.latest else 0,
            latest=asked.latest.year if asked.latest else 0,
            years=asked.year_numbers,
        )
    rows = ask.kept["own_groups"] if places else []
    return OwnStanding(tuple(OwnGroup(*row, codes=places[row[0]]) for row in rows if row[0] in places), asked)


def at_hand(ask: Ask, codes: Collection[str]) -> OwnStanding | None:
    """The same for the one group whose page asks, from what its parts read too; None for any other question.

    An administrator counts as its network support while nobody holds that office.
    """
    group: Group | None = ask.group
    if group is None or ask.person is None:
        return None
    held, glance = roles_of(ask.person, ask.day), glance_at(ask.kept, group, ask.day)
    found = held.groups.get(group.pk, frozenset())
    if "CA" in held.network and not any(
        one.person.is_active for one in leadership_kept(ask.kept, group, ask.day).with_role("NS")
    ):
        found |= {"NS"}
    if group.is_closed or not group.category.reports_annually or not found & frozenset(codes):
        return OwnStanding((), glance.asked)
    if (key := f"reporting.own.{group.pk}") not in ask.kept:
        ask.kept[key] = _seen(glance, found)
    return OwnStanding((ask.kept[key],), glance.asked)


def _seen(glance: Glance, codes: frozenset[str]) -> OwnGroup:
    begun, (live, left) = glance.target_set(), glance.counted()
    group = glance.group
    return OwnGroup(
        *(group.pk, group.slug, group.name, group.founded_on, group.closed_on),
        target_set=begun
        and {
            "pk": begun.set_pk,
            "state": begun.set_state,
            "sent": begun.sent and begun.sent.isoformat(),
        },
        live=live,
        left=left,
        reports=[
            {
                "pk": one.pk,
                "year": one.year,
                "state": one.state,
                "extended_to": one.extended_to and one.extended_to.isoformat(),
                "submitted_at": one.submitted_at and one.submitted_at.isoformat(),
                "done": one.done,
                "versions": one.versions,
            }
            for one in glance.reports
        ],
        codes=codes,
    )


@prepared
def own_groups(
    groups: list[int], day: date, period: int, latest_period: int, latest: int, years: list[int]
) -> QuerySet:
    """Open groups that report, among these, in the order of OwnGroup's fields."""
    recorded = Progress.objects.filter(target=OuterRef("pk"), year=latest)
    targets = Target.objects.filter(
        group=OuterRef("pk"), target_set__quadrennium=latest_period, dropped_at=None
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
            counted(targets, "group"),
            counted(targets.filter(~Q(Exists(recorded))), "group"),
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
