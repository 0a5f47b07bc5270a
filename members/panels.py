"""What members puts on the group's overview and public page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from groups import panels
from groups.access import request_roles
from groups.models import Group
from members.figures import glance_on_page
from members.states import HandshakeState


def membership_part(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """Members, invitations that wait, and requests to answer."""
    held = request_roles(request)
    if not held.may("members.view_handshakes", group):
        return None
    counts = glance_on_page(request, group).counts
    return {
        "template": "members/panels/membership.html",
        "context": {
            "members": counts.get("", 0),
            "invited": counts.get(HandshakeState.INVITED, 0),
            "asked": counts.get(HandshakeState.REQUESTED, 0),
            "prepared": counts.get(HandshakeState.PREPARED, 0),
            "url": reverse("members:member-list", args=[group.slug]),
        },
    }


def joining_part(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """The way in, for those who are not in yet."""
    if group.is_closed or not group.category.takes_members:
        return None
    if request.user.is_authenticated and request_roles(request).groups.get(group.pk):
        return None
    return {
        "template": "members/panels/joining.html",
        "context": {"url": reverse("members:join-group", args=[group.slug])},
    }


panels.register_workspace_part(membership_part, 30, half=True)
panels.register_public_part(joining_part, 15, side=True)
