"""The lists of reports and of target sets as tables for a spreadsheet, with the same cells as the pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.tables import csv_text
from office.queries import category_names
from reporting.network import REPORTS, Listing, Row
from reporting.summary import ReportStanding


def list_rows(listing: Listing, rows: Iterable[Row]) -> list[list[object]]:
    """A heading row, then one row for each report or target set."""
    about_reports = listing is REPORTS
    lines: list[list[object]] = [
        [
            _("Group"),
            _("Acronym"),
            _("Kind of group"),
            _("Year") if about_reports else _("Quadrennium"),
            _("State"),
            _("Overdue"),
            _("Due on"),
            *(
                [_("Extended"), _("Sections finished"), _("Sections in all")]
                if about_reports
                else [_("Targets")]
            ),
            _("Sent on"),
            *([_("First sent on"), _("First sent on time")] if about_reports else []),
            _("Decided on"),
            _("Network support"),
        ]
    ]
    kinds = category_names()
    lines.extend(_line(row, kinds[row.group.category_id]) for row in rows)
    return lines


def _line(row: Row, kind: str) -> list[object]:
    standing = row.standing
    if isinstance(standing, ReportStanding):
        own: list[object] = [
            _("Yes") if standing.extended else _("No"),
            standing.sections_done,
            standing.sections_of,
        ]
        first: list[object] = [
            standing.first_sent_at.date().isoformat() if standing.first_sent_at else "",
            {True: _("Yes"), False: _("No"), None: ""}[standing.on_time],
        ]
    else:
        own, first = [standing.targets], []
    return [
        row.group.name,
        row.group.acronym,
        kind,
        "–".join(str(year) for year in row.years),
        standing.stage.label,
        _("Yes") if standing.overdue else _("No"),
        standing.due_on.isoformat(),
        *own,
        standing.submitted_at.date().isoformat() if standing.submitted_at else "",
        *first,
        standing.decided_at.date().isoformat() if standing.decided_at else "",
        "; ".join(person.name for person in row.network_support),
    ]


def list_csv(listing: Listing, rows: Iterable[Row]) -> str:
    """The rows as CSV. No cell can start a formula."""
    return csv_text(list_rows(listing, rows))
