"""The cells of the table of targets, ready for the template. This module reads nothing and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import icons
from groups.models import Quadrennium
from reporting.models import Component
from reporting.targets.queries import Block, TargetRow, YearCell

NOTHING = mark_safe('<span class="q">–</span>')


@dataclass(frozen=True)
class PrintedYear:
    """One year of one target: the text of the cell, and the address of its form."""

    year: str
    now: bool
    shown: str
    url: str = ""
    about: str = ""
    add: bool = False


@dataclass(frozen=True)
class PrintedTarget:
    """One target with its years."""

    code: str
    url: str
    text: str
    planned: str
    cells: tuple[PrintedYear, ...]
    kind: str
    word: str


@dataclass(frozen=True)
class PrintedBlock:
    """The targets of one part of the cycle."""

    component: Component
    rows: tuple[PrintedTarget, ...]


@dataclass(frozen=True)
class PrintedTable:
    """The printed table: its lines by part of the cycle, and the years that are its columns."""

    blocks: list[PrintedBlock]
    years: tuple[int, ...]

    @property
    def columns(self) -> int:
        """The number of columns: code, target, plan, the years, and the target's status."""
        return 4 + len(self.years)


class PeriodYears(NamedTuple):
    """A period's label, and the two years in the addresses of its pages."""

    label: str
    first: int
    last: int


def period_years(period: Quadrennium) -> PeriodYears:
    """The label of a period with its first and last year."""
    return PeriodYears(period.label, period.years[0], period.years[-1])


def block_lines(blocks: Iterable[Block], slug: str, *, may_record: bool) -> list[PrintedBlock]:
    """The printed blocks of a table. For people who may record progress, each figure links to its form."""
    change = _("in %(year)s: change the progress of %(code)s")
    add = _("%(year)s progress for %(code)s")
    return [
        PrintedBlock(block.component, tuple(_line(row, slug, may_record, change, add) for row in block.rows))
        for block in blocks
    ]


def _line(row: TargetRow, slug: str, may_record: bool, change: str, add: str) -> PrintedTarget:
    target = row.target
    code, cells = target.code, []
    for cell in row.cells:
        year, shown = str(cell.year), _shown(cell)
        if not (may_record and cell.recordable and (cell.entry or (cell.now and cell.is_missing))):
            cells.append(PrintedYear(year, cell.now, shown))
            continue
        url = reverse("reporting:progress-edit", args=[slug, target.pk, cell.year])
        about = (change if cell.entry else add) % {"year": year, "code": code}
        cells.append(
            PrintedYear(year, cell.now, shown if cell.entry else _("Add"), url, about, add=not cell.entry)
        )
    return PrintedTarget(
        code=code,
        url=reverse("reporting:target-detail", args=[slug, target.pk]),
        text=target.text,
        planned=row.planned or "–",
        cells=tuple(cells),
        kind=row.kind,
        word=row.word,
    )


def _shown(cell: YearCell) -> str | SafeString:
    """The figure of the year; the status sign for an entry without a figure; a dash when nothing is known.

    A final status shows its sign in later years too, with the year in which it was recorded.
    """
    if cell.carried:
        values = {"status": cell.carried.status, "year": cell.carried.year}
        return mark_safe(icons.svg(cell.carried.status.glyph, _("%(status)s in %(year)s") % values))  # noqa: S308 - escapes its label
    if cell.entry is None:
        return NOTHING
    status = cell.entry.status
    return cell.figure or mark_safe(icons.svg(status.glyph, str(status)))  # noqa: S308 - escapes its label
