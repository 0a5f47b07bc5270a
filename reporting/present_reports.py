"""What the page of one section prints, as plain values for its remembered pieces. No reading, no deciding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.remembered import TOKEN, piece
from reporting.forms.reports import SectionForm
from reporting.models import Report, all_statuses
from reporting.queries.editor import TargetLine
from reporting.queries.reports import SectionRow
from reporting.states import ReportState

FIELDS = "reporting/section_fields.html"


class NavLine(NamedTuple):
    """One section in the list beside the form."""

    number: int
    key: str
    name: str
    kind: str


def nav_lines(rows: Iterable[SectionRow]) -> list[NavLine]:
    """The sections as they are listed, in the reader's language."""
    return [NavLine(row.number, row.key, str(row.template), row.kind) for row in rows]


def standing(report: Report | None) -> dict[str, Any] | None:
    """Of the report, what reporting/report_state.html says; who sent it is read only where it says so."""
    if report is None:
        return None
    sent = report.state == ReportState.SUBMITTED and report.submitted_by
    return {
        "state": report.state,
        "submitted_by": {"name": sent.name if sent else ""},
        "submitted_at": report.submitted_at,
        "decided_at": report.decided_at,
        "extended_to": report.extended_to,
        "extended_why": report.extended_why,
    }


class RecordedLine(NamedTuple):
    """One target with the progress of the year; glyph and word of its status are empty before the first entry."""

    pk: int
    code: str
    text: str
    planned: Decimal | None
    dropped: bool
    reached: Decimal | None
    recorded_at: datetime | None
    glyph: str
    word: str


def recorded_lines(lines: Iterable[TargetLine]) -> list[RecordedLine]:
    """The targets as they are listed, in the reader's language."""
    statuses = {status.pk: (status.glyph, str(status)) for status in all_statuses()}
    return [
        RecordedLine(
            line.pk,
            f"T-{line.number:03}",
            line.text,
            line.quantity,
            line.dropped_at is not None,
            line.reached,
            line.recorded_at,
            *(statuses[line.status] if line.status else ("", "")),
        )
        for line in lines
    ]


def section_form(row: SectionRow, data: Any = None, *, text: str | None = None) -> SectionForm:
    """The form of a section, filled with what stands there, or with another text."""
    initial = {
        "version": row.version,
        "text": row.text if text is None else text,
        "is_complete": row.is_complete,
    }
    return SectionForm(
        data,
        initial=initial,
        title=_("What should the report say?"),
        help_text=row.template.help,
        max_length=row.template.max_length,
    )


@dataclass(frozen=True)
class Blank:
    """A section's form without its text. The form is built where it is drawn, which is once."""

    row: SectionRow

    def remembered_as(self) -> list[Any]:
        """Everything the form shows but the text."""
        template = self.row.template
        return [self.row.version, self.row.is_complete, template.help, template.max_length]

    @property
    def form(self) -> SectionForm:
        """The form, with the mark in the place of the text."""
        return section_form(self.row, text=TOKEN)


def section_fields(row: SectionRow, following: SectionRow | None, typed: SectionForm | None) -> SafeString:
    """The fields of a section and its buttons, with what was typed if anything was.

    Untouched fields are drawn once, and the text is put in anew each time: it is a draft, and no piece kept in
    memory holds it.
    """
    values = {
        "fields": Blank(row),
        "limit": row.template.max_length,
        "following": str(following.template) if following else "",
    }
    if typed is not None:
        return render_to_string(FIELDS, {**values, "fields": {"form": typed}})
    return piece(FIELDS, values, conditional_escape(row.text))
