"""The languages of the portal, and texts that have a column for each of them."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

CODES = tuple(code for code, _name in settings.LANGUAGES)


def in_language(row: Any, field: str, language: str | None = None) -> str:
    """Return the column `<field>_<language>` of the row, or the English column when that one is empty."""
    code = (language or get_language() or "en")[:2]
    return getattr(row, f"{field}_{code}", "") or getattr(row, f"{field}_en")
