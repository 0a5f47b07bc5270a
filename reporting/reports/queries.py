"""Reads of one annual report: its sections, its targets and the conversation about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from groups.models import Group
from reporting.models import (
    Progress,
    Report,
    ReportingYear,
    ReportSection,
    ReviewComment,
    Target,
    TemplateSection,
    deadline,
    sections_of,
)
from reporting.standing import has_final_status, standing_at


def due_on(report: Report | None, year: ReportingYear) -> date:
    """The deadline of a group's report, also before the group begins it (guidelines 8.1)."""
    if report is None:
        return year.due_on
    return deadline(year.due_on, report.state, report.extended_to, report.answer_by)


@dataclass(frozen=True)
class SectionRow:
    """A section of the template with the group's text; `written` is None before the first save."""

    number: int
    template: TemplateSection
    written: ReportSection | None

    @property
    def key(self) -> str:
        """The section's key in addresses."""
        return self.template.key

    @property
    def text(self) -> str:
        """The group's text; empty before the first save."""
        return self.written.text if self.written else ""

    @property
    def is_complete(self) -> bool:
        """Whether the group marked the section complete."""
        return self.written is not None and self.written.is_complete

    @property
    def version(self) -> int:
        """The number of saves; 0 before the first one."""
        return self.written.version if self.written else 0

    @property
    def edited_by(self) -> User | None:
        """The person who saved last."""
        return self.written.edited_by if self.written else None

    @property
    def edited_at(self) -> datetime | None:
        """When the section was saved last."""
        return self.written.edited_at if self.written else None

    @property
    def kind(self) -> str:
        """The status sign."""
        return "done" if self.is_complete else "going" if self.text else "todo"


def find_report(group: Group, year: ReportingYear) -> Report | None:
    """The group's report of the year, or None before the group begins it; one query, in the group's scope."""
    found = Report.objects.filter(group=group, reporting_year=year)
    report: Report | None = found.select_related("submitted_by").first()
    if report is not None:
        report.group, report.reporting_year = group, year
    return report


def section_rows(report: Report | None, year: ReportingYear) -> list[SectionRow]:
    """All sections of the report's template in order, written or not; one query."""
    written = {row.key: row for row in report.sections.select_related("edited_by")} if report else {}
    template_id = report.template_id if report else year.template_id
    return [
        SectionRow(number, section, written.get(section.key))
        for number, section in enumerate(sections_of(template_id), 1)
    ]


@dataclass(frozen=True)
class RecordedTarget:
    """A target with its entry of one year, and how it stands at the end of that year."""

    target: Target
    progress: Progress | None
    # The entry that says how the target stands: of this year, or an earlier one with a final status.
    known: Progress | None


def target_rows(group: Group, year: ReportingYear, component: str = "") -> list[RecordedTarget]:
    """The group's targets of the year's quadrennium as they stand at its end; one part of the cycle, or all.

    Two queries, in the group's scope.
    """
    targets = Target.objects.filter(group=group, target_set__quadrennium=year.quadrennium_id)
    if component:
        targets = targets.filter(component=component)
    listed = list(targets.select_related("component").order_by("number"))
    entries: dict[int, dict[int, Progress]] = defaultdict(dict)
    for entry in Progress.objects.filter(target__in=listed, year__lte=year.year).select_related("status"):
        entries[entry.target_id][entry.year] = entry
    return [
        RecordedTarget(
            target,
            entries[target.pk].get(year.year),
            standing_at(entries[target.pk], year.year, has_final_status).known,
        )
        for target in listed
    ]


def conversation(report: Report, section: str) -> list[ReviewComment]:
    """The comments and answers about a section that the group may see, without staff notes; one query."""
    comments = report.comments.filter(section_key=section, staff_only=False)
    return list(comments.select_related("written_by"))
