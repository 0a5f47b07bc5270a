"""Counts of members, and of invitations and requests by state, for any number of groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, QuerySet

from core import scope
from core.compiled import compiled_query
from groups.models import Quadrennium
from members.models import Handshake, Membership


@dataclass(frozen=True)
class GroupSummary:
    """One group's members on a day, and its handshakes of the day's quadrennium by state."""

    members: int = 0
    by_state: dict[str, int] = field(default_factory=dict)


def summaries(group_ids: Collection[int], day: date) -> dict[int, GroupSummary]:
    """The summary of each group on the day; two queries, in a scope that sees the groups."""
    counts, states = member_counts(group_ids, day), handshake_states(group_ids, day)
    return {pk: GroupSummary(counts.get(pk, 0), states.get(pk, {})) for pk in group_ids}


def member_counts(group_ids: Collection[int], day: date) -> dict[int, int]:
    """Members of each group on the day, which is public; groups without members are left out. One query."""
    with scope.read_everywhere("directory"):
        return dict(_members(groups=list(group_ids), day=day))


@compiled_query
def _members(groups: list[int], day: date) -> QuerySet:
    rows = Membership.objects.on(day).filter(group__any_of=groups).order_by()
    return rows.values_list("group_id").annotate(n=Count("pk"))


def handshake_states(group_ids: Collection[int], day: date) -> dict[int, dict[str, int]]:
    """Each group's handshakes of the day's quadrennium, counted by state; one query."""
    period = Quadrennium.current(day)
    found: dict[int, dict[str, int]] = {}
    for group_id, state, count in _states(groups=list(group_ids), period=period.pk) if period else ():
        found.setdefault(group_id, {})[state] = count
    return found


@compiled_query
def _states(groups: list[int], period: int) -> QuerySet:
    rows = Handshake.objects.filter(group__any_of=groups, quadrennium=period).order_by()
    return rows.values_list("group_id", "state").annotate(n=Count("pk"))
