"""Texts kept in three columns, and the languages of the portal."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

CODES = tuple(code for code, _name in settings.LANGUAGES)


def in_language(row: Any, field: str, language: str | None = None) -> str:
    """The column `<field>_<language>` of the row; English where the language has no text."""
    code = (language or get_language() or "en")[:2]
    return getattr(row, f"{field}_{code}", "") or getattr(row, f"{field}_en")
