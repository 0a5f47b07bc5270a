"""Links to the pages about membership, for those who may use them."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_group
from groups.access import request_roles


def sees_members(request: HttpRequest) -> bool:
    """Whether the person may see the list of members of the page's group."""
    return request_roles(request).may("members.view_members", request.group)  # type: ignore[attr-defined]


add_group(Link(_("Members"), "members:member-list", 20, when=sees_members))
