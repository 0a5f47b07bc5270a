"""Every named address of the portal, read from the URLconf itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern


@dataclass(frozen=True)
class Route:
    """One address: its full name, the view behind it and the names of its arguments."""

    name: str
    view: Callable[..., Any]
    arguments: frozenset[str]
    has_language: bool


def routes() -> dict[str, Route]:
    """All addresses by name; one without a name goes by its pattern and so stands out in the table."""
    return {route.name: route for route in _walk(get_resolver().url_patterns, (), frozenset(), False)}


def _walk(
    patterns: list[URLPattern | URLResolver],
    spaces: tuple[str, ...],
    arguments: frozenset[str],
    language: bool,
) -> Iterator[Route]:
    for entry in patterns:
        given = arguments | set(entry.pattern.converters) | set(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            prefixed = language or isinstance(entry.pattern, LocalePrefixPattern)
            yield from _walk(entry.url_patterns, inner, given, prefixed)
        else:
            name = entry.name or f"/{entry.pattern}"
            yield Route(":".join((*spaces, name)), entry.callback, frozenset(given), language)
