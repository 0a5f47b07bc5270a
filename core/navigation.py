"""Main links and the rails of groups and office: each app registers its own, in the order of the design.

Links that a person may not use are absent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Link:
    """One entry. `when(request)` says whether this person sees it; `count(request)` gives the small text beside it."""

    label: str | Promise
    url_name: str
    order: int
    when: Callable[[HttpRequest], bool] = lambda request: True
    count: Callable[[HttpRequest], str] | None = None
    # Address prefixes (after the language) under which the entry is the current one.
    prefixes: tuple[str, ...] = ()
    due: Callable[[HttpRequest], bool] = lambda request: False


_main: list[Link] = []
_group: list[Link] = []
_office: list[Link] = []


def add_main(link: Link) -> None:
    """Add a link to the header."""
    _main.append(link)


def add_group(link: Link) -> None:
    """Add a link to the rail of a group; its address takes the group's slug."""
    _group.append(link)


def add_office(link: Link) -> None:
    """Add a link to the rail of the Chair's Office."""
    _office.append(link)


def _shown(links: list[Link], request: HttpRequest, *args: str) -> list[dict[str, Any]]:
    """The visible entries in order. Exactly one is current: the one with the longest address that fits."""
    found = []
    language = request.path.split("/")[1]
    # The directory is the root of everything; it is current on its own address only.
    root = f"/{language}/"
    for link in sorted(links, key=lambda one: one.order):
        if not link.when(request):
            continue
        url = reverse(link.url_name, args=[*args])
        starts = (url, *(f"{root}{prefix}" for prefix in link.prefixes))
        fits = max(
            (
                len(one)
                for one in starts
                if request.path == one or (one != root and request.path.startswith(one))
            ),
            default=0,
        )
        count = link.count(request) if link.count else ""
        found.append((link, url, count, link.due(request), fits))
    best = max((entry[-1] for entry in found), default=0)
    return [
        {"label": link.label, "url": url, "count": count, "due": due, "current": bool(best) and fits == best}
        for link, url, count, due, fits in found
    ]


def main_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Header links for this person: {label, url, current}."""
    return _shown(_main, request)


def group_rail(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Links inside one group for this person: {label, url, count, due, current}."""
    return _shown(_group, request, slug)


def office_rail(request: HttpRequest) -> list[dict[str, Any]]:
    """Links inside the Chair's Office for this person."""
    return _shown(_office, request)
