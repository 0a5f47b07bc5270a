"""What every page inside a group needs around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import navigation
from groups.access import request_roles
from groups.models import Group
from groups.roles import ROLES

# A delegated deputy is both; the stronger name stands for both. Membership goes without saying for office holders.
COVERED = {"DE": {"DD"}, "ME": {"LE", "DE", "DD", "RL", "PO", "TR", "FP", "NS"}}


def role_phrase(request: HttpRequest, group: Group) -> str:
    """The roles that the person holds here, in words: shown beside the group's name."""
    codes = request_roles(request).codes_in(group)
    names = [
        str(role.name)
        for code, role in ROLES.items()
        if code in codes and not COVERED.get(code, set()) & codes
    ]
    return _("You are here as: %(roles)s") % {"roles": ", ".join(names)} if names else ""


def group_context(request: HttpRequest, group: Group, **context: Any) -> dict[str, Any]:
    """The context of a page in the group: group, rail, group_role, and what the page adds."""
    return {
        "group": group,
        "rail": navigation.group_rail(request, group.slug),
        "group_role": role_phrase(request, group),
        **context,
    }
