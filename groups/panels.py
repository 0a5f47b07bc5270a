"""Parts of the group's pages that higher apps add: groups knows the places, not what stands in them.

From your AppConfig.ready() import a module that registers makers. A maker is `maker(request, group)` and
returns None for nothing, or `{"template": "app/panels/x.html", "context": {…}}`. Its template starts with
`{% section … %}` and sees the context and `group`.
Makers run in the group's scope. A page has twelve queries in all: a maker asks one or two.

    register_workspace_part(maker, order)             whole width; with half=True two stand side by side
    register_public_part(maker, order)                main column of the public page; with side=True beside it
    register_head_count(function)                     function(group ids, day) -> {group id: people}
    register_own_count(function)                      function(request, group) -> people, for the group's own pages
    register_rollcall(function)                       function(group, day) -> {person id: name}, for choosing somebody
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from groups.models import Group

Maker = Callable[[HttpRequest, Group], dict[str, Any] | None]
HeadCount = Callable[[Collection[int], date], dict[int, int]]
OwnCount = Callable[[HttpRequest, Group], int]
Rollcall = Callable[[Group, date], dict[int, str]]


@dataclass(frozen=True)
class Part:
    """One registered maker and its place."""

    maker: Maker
    order: int
    # Half a column in the workspace, the side column on the public page.
    small: bool = False


_workspace: list[Part] = []
_public: list[Part] = []
_head_counts: list[HeadCount] = []
_own_counts: list[OwnCount] = []
_rollcalls: list[Rollcall] = []


def register_workspace_part(maker: Maker, order: int, *, half: bool = False) -> None:
    """Add a part to the overview. Orders: tasks 10, targets 20, membership 30, report 40, offices 50, activity 60."""
    _workspace.append(Part(maker, order, half))


def register_public_part(maker: Maker, order: int, *, side: bool = False) -> None:
    """Add a part to the public page. Orders: targets 20, reports 30, joining 40; beside: contact 10, regions 20."""
    _public.append(Part(maker, order, side))


def register_head_count(function: HeadCount) -> HeadCount:
    """Say how many people belong to groups on a day."""
    _head_counts.append(function)
    return function


def register_own_count(function: OwnCount) -> OwnCount:
    """Say how many people belong to the group whose page is drawn."""
    _own_counts.append(function)
    return function


def own_count(request: HttpRequest, group: Group) -> int:
    """People in the group whose page is drawn, in its scope."""
    return sum(function(request, group) for function in _own_counts)


def register_rollcall(function: Rollcall) -> Rollcall:
    """Say who belongs to a group on a day: the people a leader may choose from for an office."""
    _rollcalls.append(function)
    return function


def head_counts(group_ids: Collection[int], day: date) -> dict[int, int]:
    """People in each of the groups on the day; groups without any are left out."""
    found: dict[int, int] = {}
    for function in _head_counts:
        for group_id, people in function(group_ids, day).items():
            found[group_id] = found.get(group_id, 0) + people
    return found


def rollcall(group: Group, day: date) -> dict[int, str]:
    """Everybody who belongs to the group on the day, by name."""
    return {pk: name for function in _rollcalls for pk, name in function(group, day).items()}


def _drawn(part: Part, request: HttpRequest, group: Group) -> SafeString | None:
    made = part.maker(request, group)
    if made is None:
        return None
    return render_to_string(made["template"], {"group": group, **made["context"]})


def workspace_parts(request: HttpRequest, group: Group) -> list[list[SafeString]]:
    """The overview's parts as rows: a whole part is a row of one, two halves that follow each other share one."""
    rows: list[list[SafeString]] = []
    room = False
    for part in sorted(_workspace, key=lambda one: one.order):
        html = _drawn(part, request, group)
        if html is None:
            continue
        if part.small and room:
            rows[-1].append(html)
            room = False
        else:
            rows.append([html])
            room = part.small
    return rows


def public_parts(request: HttpRequest, group: Group) -> tuple[list[SafeString], list[SafeString]]:
    """The public page's parts: main column and side column."""
    main: list[SafeString] = []
    side: list[SafeString] = []
    for part in sorted(_public, key=lambda one: one.order):
        html = _drawn(part, request, group)
        if html is not None:
            (side if part.small else main).append(html)
    return main, side
