"""What the frame of every page needs beside its links (workspace.navigation)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español"}


def in_other_language(request: HttpRequest, code: str) -> str:
    """The address of the same page in another language: only its first part differs. Others stay as they are."""
    first, _slash, rest = request.path.removeprefix("/").partition("/")
    return f"/{code}/{rest}" if first in OWN_NAMES else request.path


def portal(request: HttpRequest) -> dict[str, Any]:
    """The same page in the other languages, and what this installation offers."""
    current = (get_language() or "en")[:2]
    query = f"?{request.GET.urlencode()}" if request.method == "GET" and request.GET else ""
    return {
        "languages": [
            {
                "code": code,
                "label": code.upper(),
                "name": OWN_NAMES[code],
                "url": in_other_language(request, code) + query,
                "current": code == current,
            }
            for code, _name in settings.LANGUAGES
        ],
        "demo_mode": settings.DEMO_MODE,
        "orcid_ready": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
