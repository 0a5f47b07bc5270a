"""The list of reports as a table for a spreadsheet, with the same cells as the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.tables import csv_text
from office.queries import GroupRow, category_names


def report_rows(rows: Iterable[GroupRow]) -> list[list[object]]:
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
            _("First sent on"),
            _("First sent on time"),
            _("Decided on"),
            _("Network support"),
        ]
    ]
    kinds = category_names()
    lines.extend(_line(row, kinds[row.group.category_id]) for row in rows)
    return lines


def _line(row: GroupRow, kind: str) -> list[object]:
    return [
        row.group.name,
        row.group.acronym,
        kind,
        row.year,
        row.report.stage.label,
        _("Yes") if row.report.overdue else _("No"),
        row.report.due_on.isoformat(),
        _("Yes") if row.report.extended else _("No"),
        row.report.sections_done,
        row.report.sections_of,
        row.report.submitted_at.date().isoformat() if row.report.submitted_at else "",
        row.report.first_sent_at.date().isoformat() if row.report.first_sent_at else "",
        {True: _("Yes"), False: _("No"), None: ""}[row.report.on_time],
        row.report.decided_at.date().isoformat() if row.report.decided_at else "",
        "; ".join(person.name for person in row.network_support),
    ]


def report_csv(rows: Iterable[GroupRow]) -> str:
    """The rows as CSV. No cell can start a formula."""
    return csv_text(report_rows(rows))
