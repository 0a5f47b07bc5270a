"""Values that every page needs in its header and footer, except the links (those are in workspace.navigation)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español"}


def in_other_language(request: HttpRequest, code: str) -> str:
    """Return the address of the same page in another language.

    Only the first part of the path differs. An address without a language is returned unchanged.
    """
    first, _slash, rest = request.path.removeprefix("/").partition("/")
    return f"/{code}/{rest}" if first in OWN_NAMES else request.path


def language_choices(address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return what the links to other languages show. `address` gives the address for a language."""
    current = (get_language() or "en")[:2]
    return [
        {
            "code": code,
            "label": code.upper(),
            "name": OWN_NAMES[code],
            "url": address(code),
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return links to the page in each language, the address of the Chair's Office, and what is set up here."""
    query = f"?{request.GET.urlencode()}" if request.method == "GET" and request.GET else ""
    return {
        "languages": language_choices(lambda code: in_other_language(request, code) + query),
        "demo_mode": settings.DEMO_MODE,
        "office_address": settings.OFFICE_ADDRESS,
        "orcid_ready": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
