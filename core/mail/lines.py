"""Text that must be one line in a mail or in a log."""

from __future__ import annotations

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def one_line(text: str, limit: int = 250) -> str:
    """Return the text on one line, cut at `limit`. A run of control characters and line ends becomes one space."""
    return CONTROL.sub(" ", text).strip()[:limit]
