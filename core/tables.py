"""Tables for spreadsheets: CSV whose cells are text and never start a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A cell that begins like this would start a formula in a spreadsheet.
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: object) -> str:
    """A cell's text that no spreadsheet takes for a formula: an apostrophe goes before what could start one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_FORMULA) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV with inert cells; begins with a byte order mark, so that spreadsheets read UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
