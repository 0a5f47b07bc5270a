"""Targets and progress as a table for a spreadsheet, with the same figures as the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reporting.targets.figures import plain_number
from reporting.targets.queries import TargetTable


def target_rows(table: TargetTable) -> list[list[object]]:
    """The table of targets with the entry of each year: a heading row, then one row for each target."""
    heading: list[object] = [
        _("Code"),
        _("Part of the cycle"),
        _("Sub-category"),
        _("Key Species Result"),
        _("Target"),
        _("Indicator"),
        _("Baseline"),
        _("Planned"),
        _("Due year"),
    ]
    for year in table.years:
        values = {"year": year}
        heading += [
            _("%(year)d status") % values,
            _("%(year)d so far") % values,
            _("%(year)d what was done") % values,
        ]
    heading += [_("Overall"), _("Dropped because")]
    rows = [heading]
    for row in table.rows:
        target = row.target
        line: list[object] = [
            target.code,
            target.component,
            target.subcategory,
            target.key_result,
            target.text,
            target.indicator,
            target.baseline,
            plain_number(target.quantity),
            target.due_year,
        ]
        for cell in row.cells:
            line += [
                entry.status if (entry := cell.entry or cell.carried) else "",
                cell.figure,
                cell.entry.text if cell.entry else "",
            ]
        rows.append([*line, row.word, target.dropped_why])
    return rows
