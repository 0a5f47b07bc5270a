"""Tables for spreadsheets: CSV whose cells are text and never start a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

# A cell that begins like this could start a formula in a spreadsheet. Why these: docs/decisions/0021.
STARTS_FORMULA = ("=", "+", "-", "@", "|", "%")
# Tab and line ends move what follows to where a formula is read.
MOVES_ON = ("\t", "\r", "\n")
# Spaces, control and format characters, such as the no-break space and the zero-width space: not seen by a reader.
UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf")


def starts_formula(text: str) -> bool:
    """Whether the first character that is seen could start a formula, in its full width or another width.

    True also for a tab or a line end before that character.
    """
    for character in text:
        if character in MOVES_ON:
            return True
        if unicodedata.category(character) not in UNSEEN:
            return unicodedata.normalize("NFKC", character).startswith(STARTS_FORMULA)
    return False


def inert(value: object) -> str:
    """A cell's text that no spreadsheet takes for a formula: an apostrophe goes before what could start one."""
    text = "" if value is None else str(value)
    return f"'{text}" if starts_formula(text) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV with inert cells; begins with a byte order mark, so that spreadsheets read UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
