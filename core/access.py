"""What a view declares about itself. Here, so that the lowest apps can declare too; `groups.access` adds the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Declared:
    """What a view declared: its area and the permission it asks for."""

    area: str  # public, signed-in, group, office
    permission: str = ""


def declare(view: View, area: str, permission: str = "") -> View:
    """Mark a view; a test compares the mark with the access table."""
    view.access = Declared(area, permission)  # type: ignore[attr-defined] # a mark on a function
    return view


def public_page(view: View) -> View:
    """A page for everybody, signed in or not."""
    return declare(login_not_required(view), "public")


def signed_in_page(view: View) -> View:
    """A page about the person themselves."""
    return declare(view, "signed-in")
