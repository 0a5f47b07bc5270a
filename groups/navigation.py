"""Links to the group's pages, for those who may use them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_group, add_main
from groups.access import request_roles


def in_group(permission: str) -> Callable[[HttpRequest], bool]:
    """A condition for a link of the rail: the person may do this in the group of the page."""
    return lambda request: request_roles(request).may(permission, request.group)  # type: ignore[attr-defined]


def has_groups(request: HttpRequest) -> bool:
    """Whether the person belongs to any group."""
    return bool(request_roles(request).groups)


add_main(Link(_("My groups"), "groups:my-groups", 20, when=has_groups, prefixes=("g/",)))
add_main(Link(_("Directory"), "groups:directory", 40, prefixes=("groups/",)))
add_group(Link(_("Overview"), "groups:workspace", 10, when=in_group("groups.view_workspace")))
add_group(Link(_("Leadership"), "groups:leadership", 80, when=in_group("groups.view_leadership")))
add_group(Link(_("Group details"), "groups:group-edit", 90, when=in_group("groups.edit_group")))
add_group(Link(_("History"), "groups:history", 95, when=in_group("groups.view_audit")))
