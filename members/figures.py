"""Figures about memberships that pages of lower apps show."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, QuerySet

from core import scope
from core.prepared import prepared
from groups.models import Group
from groups.panels import register_head_count, register_rollcall
from members.models import Membership


@prepared
def _counted(groups: list[int], day: date) -> QuerySet:
    """Members of the groups on the day: group, people."""
    rows = Membership.objects.on(day).filter(group_id__any_of=groups).order_by()
    return rows.values_list("group_id").annotate(n=Count("person_id", distinct=True))


@register_head_count
def head_counts(group_ids: Collection[int], day: date) -> dict[int, int]:
    """Members of each group on the day, in one query."""
    with scope.read_everywhere("directory"):
        return dict(_counted(groups=list(group_ids), day=day))


@register_rollcall
def rollcall(group: Group, day: date) -> dict[int, str]:
    """Members of the group on the day by name, in the order of a register; read in the group's scope."""
    rows = (
        Membership.objects.on(day).filter(group=group).select_related("person").order_by("person__sort_key")
    )
    return {row.person_id: row.person.listed_name for row in rows}
