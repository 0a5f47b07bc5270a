"""Addresses of pages, worked out once: a route with the same arguments always has the same address.

Matching a route's name against every pattern costs more than most of what a page prints, and a page prints many.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language


@lru_cache(maxsize=4096)
def _worked_out(
    name: str, args: tuple[str | int, ...], language: str | None, urlconf: str, prefix: str
) -> str:
    """The rest of what an address depends on stands among the arguments: its language, and who serves it."""
    return reverse(name, urlconf=urlconf, args=args)


def address(name: str, *args: str | int) -> str:
    """The address of a page in the language of the moment. Raises NoReverseMatch for an unknown one."""
    return _worked_out(name, args, get_language(), get_urlconf(settings.ROOT_URLCONF), get_script_prefix())
