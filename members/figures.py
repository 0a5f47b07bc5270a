"""Figures about memberships that pages of lower apps show."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core import clock, scope
from core.prepared import prepared
from groups.access import request_roles
from groups.models import Group
from groups.panels import register_head_count, register_own_count, register_rollcall
from groups.parts import kept_for
from members.glance import Glance, glance_at
from members.models import Membership


@prepared
def _counted(groups: list[int], day: date) -> QuerySet:
    """Members of the groups on the day: group, people. Nobody has two memberships of a group on one day."""
    rows = Membership.objects.on(day).filter(group_id__any_of=groups).order_by()
    return rows.values_list("group_id").annotate(n=Count("pk"))


@register_head_count
def head_counts(group_ids: Collection[int], day: date) -> dict[int, int]:
    """Members of each group on the day, in one query."""
    with scope.read_everywhere("directory"):
        return dict(_counted(groups=list(group_ids), day=day))


def glance_on_page(request: HttpRequest, group: Group) -> Glance:
    """The people of the page's group as its reader may know of them, read once per request."""
    decides = group.pk in request_roles(request).groups_where("members.invite_person")
    person = request.user.pk or 0
    return glance_at(kept_for(request), group, person, decides=decides, day=clock.today())


@register_own_count
def own_count(request: HttpRequest, group: Group) -> int:
    """Members of the group whose page is drawn."""
    return glance_on_page(request, group).counts.get("", 0)


@register_rollcall
def rollcall(group: Group, day: date) -> dict[int, str]:
    """Members of the group on the day by name, in the order of a register; read in the group's scope."""
    rows = (
        Membership.objects.on(day).filter(group=group).select_related("person").order_by("person__sort_key")
    )
    return {row.person_id: row.person.listed_name for row in rows}
