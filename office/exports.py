"""The list of reports as a table for a spreadsheet: the rows of the page, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.tables import csv_text
from groups.models import all_categories
from reporting.queries.standings import ReportStanding


def report_rows(rows: Iterable[ReportStanding]) -> list[list[object]]:
    """A heading row, then one row for each group."""
    lines: list[list[object]] = [
        [
            _("Group"),
            _("Acronym"),
            _("Kind of group"),
            _("Year"),
            _("State"),
            _("Overdue"),
            _("Due on"),
            _("Extended"),
            _("Sections finished"),
            _("Sections in all"),
            _("Sent on"),
            _("Decided on"),
            _("Network support"),
        ]
    ]
    kinds = {one.pk: str(one) for one in all_categories()}
    lines.extend(_line(row, kinds[row.category_id]) for row in rows)
    return lines


def _line(row: ReportStanding, category: str) -> list[object]:
    return [
        row.name,
        row.acronym,
        category,
        row.year,
        row.state.label,
        _("Yes") if row.overdue else _("No"),
        row.due_on.isoformat(),
        _("Yes") if row.extended else _("No"),
        row.sections_done,
        row.sections_of,
        row.submitted_at.date().isoformat() if row.submitted_at else "",
        row.decided_at.date().isoformat() if row.decided_at else "",
        "; ".join(person.name for person in row.network_support),
    ]


def report_csv(rows: Iterable[ReportStanding]) -> str:
    """The rows as CSV; no cell starts a formula."""
    return csv_text(report_rows(rows))
