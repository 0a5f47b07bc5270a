"""Links of the Chair's Office, for those who may use them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_main, add_office
from groups.access import request_roles


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """A condition for a link: the person may do this in all groups, or in those assigned to them."""

    def condition(request: HttpRequest) -> bool:
        held = request_roles(request)
        return held.everywhere(permission) or bool(held.groups_where(permission))

    return condition


sees_network, sees_mail = may("office.view_dashboard"), may("office.view_mail_queue")

add_main(Link(_("Chair’s Office"), "office:dashboard", 30, when=sees_network, prefixes=("office/",)))
# Superusers keep the system running and see none of its content.
add_main(
    Link(
        _("Mail queue"),
        "office:mail-queue",
        30,
        when=lambda request: sees_mail(request) and not sees_network(request),
    )
)
add_office(Link(_("Dashboard"), "office:dashboard", 10, when=sees_network, prefixes=("office/reports/",)))
add_office(Link(_("Mail queue"), "office:mail-queue", 90, when=sees_mail))
