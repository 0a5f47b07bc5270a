"""Template tags for the frame of a page: the header's links, the rails, and the person's roles in the group."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _

from groups.access import request_roles
from groups.roles import role_names
from workspace import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def main_links(context: Context) -> list[dict[str, Any]]:
    """The links of the header for this person."""
    return navigation.shown(navigation.MAIN, context["request"])


@register.simple_tag(takes_context=True)
def account_links(context: Context) -> list[dict[str, Any]]:
    """The links in the menu of the person who is signed in."""
    return navigation.shown(navigation.ACCOUNT, context["request"])


@register.simple_tag(takes_context=True)
def group_rail(context: Context) -> list[dict[str, Any]]:
    """The links beside a page of the group, for this person."""
    return navigation.shown(navigation.GROUP, context["request"], context["group"].slug)


@register.simple_tag(takes_context=True)
def office_rail(context: Context) -> list[dict[str, Any]]:
    """The links beside a page of the Chair's Office, for this person."""
    return navigation.shown(navigation.OFFICE, context["request"])


@register.simple_tag(takes_context=True)
def own_roles(context: Context) -> str:
    """The names of the person's roles in the page's group; empty without a role."""
    names = role_names(request_roles(context["request"]).codes_in(context["group"]))
    return _("You are here as: %(roles)s") % {"roles": ", ".join(names)} if names else ""
