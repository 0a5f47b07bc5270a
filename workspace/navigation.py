"""The links of the header, of the person's menu and of the two rails, in the order of the page.

People see only links to pages that they may open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groups.access import request_roles
from groups.roles import Permission

Condition = Callable[[HttpRequest], bool]


@dataclass(frozen=True)
class Link:
    """One link. `shown(request)` tells whether the person sees the link."""

    label: str | Promise
    url_name: str
    shown: Condition = lambda request: True
    # The link is also current on addresses that begin (after the language) with one of these.
    prefixes: tuple[str, ...] = ()


def signed_in(request: HttpRequest) -> bool:
    """Whether a person is signed in."""
    return request.user.is_authenticated


def signed_out(request: HttpRequest) -> bool:
    """Whether the reader is a visitor."""
    return not request.user.is_authenticated


def has_groups(request: HttpRequest) -> bool:
    """Whether the person has a role in any group."""
    return bool(request_roles(request).groups)


def in_group(permission: Permission) -> Condition:
    """A condition: the person has the permission in the page's group."""
    return lambda request: request_roles(request).may(permission, request.group)  # type: ignore[attr-defined] # asked on the pages of groups only


def in_reporting_group(permission: Permission) -> Condition:
    """A condition: as `in_group`, in a group that sets targets and reports; partner centers do neither."""
    allowed = in_group(permission)
    return lambda request: request.group.category.reports_annually and allowed(request)  # type: ignore[attr-defined] # as in_group


def anywhere(permission: Permission) -> Condition:
    """A condition: the person has the permission in every group or in one of their own groups."""

    def condition(request: HttpRequest) -> bool:
        held = request_roles(request)
        return held.everywhere(permission) or bool(held.groups_where(permission))

    return condition


sees_network, sees_mail = anywhere(Permission.VIEW_DASHBOARD), anywhere(Permission.VIEW_MAIL_QUEUE)


def sees_mail_only(request: HttpRequest) -> bool:
    """Whether the person sees the mail queue but not the network's reports, as a system administrator does."""
    return sees_mail(request) and not sees_network(request)


MAIN = (
    Link(_("My tasks"), "workspace:task-list", signed_in),
    Link(_("My groups"), "workspace:my-groups", has_groups, prefixes=("g/",)),
    Link(_("Chair’s Office"), "office:dashboard", sees_network, prefixes=("office/",)),
    Link(_("Mail queue"), "office:mail-queue", sees_mail_only),
    Link(_("Directory"), "workspace:directory", prefixes=("groups/",)),
    Link(_("Reports"), "reporting:published-list", signed_out, prefixes=("reports/",)),
    Link(_("Guidance"), "core:guidance"),
)
ACCOUNT = (
    Link(_("Your profile"), "accounts:profile", signed_in),
    Link(_("Invitations and requests"), "members:my-invitations", signed_in),
    Link(_("Your kept texts"), "core:kept-list", signed_in),
    Link(_("Mail you get"), "duties:notifications", signed_in),
    Link(_("Sign-in and security"), "mfa_index", signed_in),
)
GROUP = (
    Link(_("Overview"), "workspace:overview", in_group(Permission.VIEW_WORKSPACE)),
    Link(_("Members"), "members:member-list", in_group(Permission.VIEW_MEMBERS)),
    Link(_("Targets"), "reporting:target-list-current", in_reporting_group(Permission.VIEW_TARGETS)),
    Link(_("Annual report"), "reporting:report-current", in_reporting_group(Permission.VIEW_REPORT)),
    Link(_("Leadership"), "groups:leadership", in_group(Permission.VIEW_LEADERSHIP)),
    Link(_("Group details"), "groups:group-edit", in_group(Permission.EDIT_GROUP)),
    Link(_("History"), "groups:history", in_group(Permission.VIEW_AUDIT)),
)
OFFICE = (
    Link(_("Dashboard"), "office:dashboard", sees_network),
    Link(_("Annual reports"), "office:report-list", sees_network),
    Link(_("Target sets"), "office:target-list", sees_network),
    Link(_("Mail queue"), "office:mail-queue", sees_mail),
)


def shown(links: tuple[Link, ...], request: HttpRequest, *args: str) -> list[dict[str, Any]]:
    """The links for this person: {label, url, current}. The link with the longest matching address is current."""
    visible = [link for link in links if link.shown(request)]
    urls = [reverse(link.url_name, args=args) for link in visible]
    fits = [_fit(request.path, url, link.prefixes) for link, url in zip(visible, urls, strict=True)]
    best = max(fits, default=0)
    return [
        {"label": link.label, "url": url, "current": best > 0 and fit == best}
        for link, url, fit in zip(visible, urls, fits, strict=True)
    ]


def _fit(path: str, url: str, prefixes: tuple[str, ...]) -> int:
    """The length of the link's address that the path begins with; 0 when the page is not below the link."""
    root = f"/{path.split('/')[1]}/"  # the address of the directory, which is current on its own page only
    starts = (url, *(f"{root}{prefix}" for prefix in prefixes))
    return max(
        (len(start) for start in starts if path == start or (start != root and path.startswith(start))),
        default=0,
    )
