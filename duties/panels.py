"""What stands beside My tasks: higher apps add it, such as the person's groups.

Import a module from your AppConfig.ready() that registers a maker: `maker(request, owed)` gets the duties
of the person asking (what waits for others left out) and returns None, or `{"template": …, "context": …}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from duties.registry import Duty

Maker = Callable[[HttpRequest, list[Duty]], dict[str, Any] | None]
_side: list[tuple[int, Maker]] = []


def register_side_part(maker: Maker, order: int) -> None:
    """Add a part beside My tasks. Orders: my groups 10, thanks 20."""
    _side.append((order, maker))


def side_parts(request: HttpRequest, owed: list[Duty]) -> list[dict[str, Any]]:
    """The parts for this person, in order."""
    made = (maker(request, owed) for _order, maker in sorted(_side, key=lambda one: one[0]))
    return [part for part in made if part]
