"""Tables for spreadsheets: CSV in which every cell is text and no cell starts a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

# A cell that begins like this could start a formula in a spreadsheet. Why these: docs/decisions/0021.
STARTS_FORMULA = ("=", "+", "-", "@", "|", "%")
# After a tab or a line end, a spreadsheet can read the following text as a new cell.
MOVES_ON = ("\t", "\r", "\n")
# Spaces, control and format characters, such as the no-break space and the zero-width space. Readers do not see them.
UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf")


def starts_formula(text: str) -> bool:
    """Return whether the first visible character could start a formula, also in its full-width form.

    A tab or a line end before that character counts too.
    """
    for character in text:
        if character in MOVES_ON:
            return True
        if unicodedata.category(character) not in UNSEEN:
            return unicodedata.normalize("NFKC", character).startswith(STARTS_FORMULA)
    return False


def inert(value: object) -> str:
    """Return a cell's text that no spreadsheet reads as a formula. Text that could start one gets an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if starts_formula(text) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with inert cells. The text begins with a byte order mark, so that spreadsheets read UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
