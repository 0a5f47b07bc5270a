"""The person's own groups beside My tasks: each with the person's roles and how much is to do there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from duties.panels import register_side_part
from duties.registry import Duty
from groups.access import request_roles
from groups.models import Group
from groups.pages import COVERED
from groups.roles import ROLES

SHOWN = 8


def my_groups(request: HttpRequest, owed: list[Duty]) -> dict[str, Any] | None:
    """Groups in which the person holds a role, those with something to do first; one query."""
    held = request_roles(request).groups
    if not held:
        return None
    today = clock.today()
    counts: dict[int, int] = {}
    late: set[int] = set()
    for duty in owed:
        if duty.group_id is not None:
            counts[duty.group_id] = counts.get(duty.group_id, 0) + 1
            if duty.due_on is not None and duty.due_on < today:
                late.add(duty.group_id)
    groups = sorted(
        Group.objects.filter(pk__in=held),
        key=lambda one: (one.pk not in late, not counts.get(one.pk), one.sort_key),
    )
    rows = [
        {
            "url": reverse("groups:workspace", args=[group.slug]),
            "name": group.name,
            "roles": ", ".join(
                str(role.name)
                for code, role in ROLES.items()
                if code in held[group.pk] and not COVERED.get(code, set()) & held[group.pk]
            ),
            "kind": "late" if group.pk in late else "wait" if counts.get(group.pk) else "done",
            "state": to_do(counts.get(group.pk, 0)),
        }
        for group in groups[:SHOWN]
    ]
    more = len(groups) > SHOWN
    return {
        "template": "groups/panels/my_groups.html",
        "context": {"rows": rows, "url": reverse("groups:my-groups") if more else ""},
    }


def to_do(count: int) -> str:
    """How much is to do, in words for the side of the page."""
    if count == 0:
        return _("Up to date")
    return ngettext("%(count)d to do", "%(count)d to do", count) % {"count": count}


register_side_part(my_groups, 10)
