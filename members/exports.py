"""The list of members as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from members.queries import MemberRow

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


def member_table(rows: Iterable[MemberRow]) -> list[list[object]]:
    """A heading row, then one row for each member, with what the reader may see."""
    heading: list[object] = [
        _("Family name"),
        _("Given name"),
        _("Email address"),
        _("Country"),
        _("Region"),
        _("Institution"),
        _("Expertise"),
        _("Offices"),
        _("Member since"),
    ]
    lines: list[list[object]] = [
        [
            row.person.family_name,
            row.person.given_name,
            row.contact,
            row.person.country.name if row.person.country else "",
            row.person.region or "",
            row.person.institution,
            row.person.expertise,
            "; ".join(row.offices),
            row.since,
        ]
        for row in rows
    ]
    return [heading, *lines]
