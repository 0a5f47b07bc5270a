"""Marks that views carry: who may open the page, and with which permission.

The marks are in core so that the lowest apps can use them too. `groups.access` adds the marks for pages of groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Declared:
    """What a view declared: its area and the permission that a person needs to open it."""

    area: str  # public, signed-in, group, office
    permission: str = ""


def declare(view: View, area: str, permission: str = "") -> View:
    """Mark a view with its area and permission. A test compares the mark with the access table."""
    view.access = Declared(area, permission)  # type: ignore[attr-defined] # a mark on a function
    return view


def public_page(view: View) -> View:
    """View decorator for a page that everybody may open, signed in or not."""
    return declare(login_not_required(view), "public")


def signed_in_page(view: View) -> View:
    """View decorator for a page that a signed-in person opens about themselves."""
    return declare(view, "signed-in")
