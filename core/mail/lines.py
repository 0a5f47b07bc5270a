"""Text that has to stay on one line of a mail or of a log."""

from __future__ import annotations

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def one_line(text: str, limit: int = 250) -> str:
    """The text with control characters and line ends made one space, cut at the limit."""
    return CONTROL.sub(" ", text).strip()[:limit]
