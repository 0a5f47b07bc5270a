"""Reads of annual reports: where each group stands, the sections of one report, and what is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import User
from core import scope
from core.prepared import as_objects, columns, prepared
from groups.models import Group
from reporting.models import (
    Progress,
    Report,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    ReviewComment,
    Target,
    TemplateSection,
    all_components,
    all_reporting_years,
    sections_of,
)
from reporting.queries.rows import targets_of, with_status
from reporting.states import ReportState

# Of a person, what a name needs.
PERSON = ("id", "given_name", "family_name", "email")


def due_on(report: Report | None, year: ReportingYear) -> date:
    """The one deadline of a group's report: the year's, unless the office gave the group longer (guidelines 8.1)."""
    return report.extended_to if report and report.extended_to else year.due_on


@dataclass(frozen=True)
class SectionRow:
    """A section of the template with what the group wrote in it."""

    number: int
    template: TemplateSection
    text: str
    is_complete: bool
    version: int
    edited_by: User | None
    edited_at: datetime | None

    @property
    def key(self) -> str:
        """The section's name in addresses."""
        return self.template.key

    @property
    def kind(self) -> str:
        """The status sign."""
        return "done" if self.is_complete else "going" if self.text else "todo"


@prepared
def _report(group: int, year: int) -> QuerySet:
    return Report.objects.filter(group=group, reporting_year=year).values_list(*columns(Report))


def find_report(group: Group, year: ReportingYear | int) -> Report | None:
    """The group's report of the year, or None while nobody has begun; in the group's scope."""
    number = year if isinstance(year, int) else year.year
    report = next(iter(as_objects(Report, _report(group=group.pk, year=number))), None)
    return with_group(report, group) if report else None


def with_group(report: Report, group: Group) -> Report:
    """The report with its group, year and template, which are at hand already."""
    report.group = group
    report.reporting_year = next(one for one in all_reporting_years() if one.year == report.reporting_year_id)
    if report.template_id == report.reporting_year.template_id:
        report.template = report.reporting_year.template
    return report


# Of a section, what its row says.
SECTION = ("key", "text", "is_complete", "version", "edited_at")


@prepared
def _sections(group: int, report: int) -> QuerySet:
    found = ReportSection.objects.filter(group=group, report=report).order_by()
    return found.values_list(*SECTION, "edited_by", *(f"edited_by__{name}" for name in PERSON[1:]))


def section_rows(report: Report | None, year: ReportingYear) -> list[SectionRow]:
    """All sections in order, written or not; one query."""
    written: dict[str, Any] = {}
    if report:
        written = {key: rest for key, *rest in _sections(group=report.group_id, report=report.pk)}
    return in_order(written, report.template_id if report else year.template_id)


def in_order(written: dict[str, Any], template_id: int) -> list[SectionRow]:
    """The sections of a template with what was written: key -> the rest of SECTION and of the writer's PERSON."""
    rows = []
    for number, section in enumerate(sections_of(template_id), 1):
        text, is_complete, version, edited_at, *writer = written.get(section.key, ("", False, 0, None, None))
        person = as_objects(User, [tuple(writer)], PERSON)[0] if writer[0] else None
        rows.append(SectionRow(number, section, text, is_complete, version, person, edited_at))
    return rows


@dataclass(frozen=True)
class TargetRow:
    """A target with the progress of one year beside it."""

    target: Target
    progress: Progress | None


@prepared
def _progress(group: int, targets: list[int], year: int) -> QuerySet:
    found = Progress.objects.filter(group=group, target__any_of=targets, year=year)
    return found.order_by().values_list(*columns(Progress))


def target_rows(group: Group, year: ReportingYear) -> list[TargetRow]:
    """The group's targets of the year's quadrennium with the year's progress; two queries, in scope."""
    components = {one.pk: one for one in all_components()}
    targets = targets_of(group.pk, year.quadrennium_id)
    for target in targets:
        target.group, target.component = group, components[target.component_id]
    found = _progress(group=group.pk, targets=[target.pk for target in targets], year=year.year)
    progress = {row.target_id: row for row in with_status(as_objects(Progress, found))}
    return [TargetRow(target, progress.get(target.pk)) for target in targets]


@prepared
def _comments(group: int, report: int, section: str) -> QuerySet:
    found = ReviewComment.objects.filter(group=group, report=report, section_key=section, staff_only=False)
    names = (f"written_by__{name}" for name in PERSON)
    return found.order_by("written_at", "pk").values_list(*names, *columns(ReviewComment))


def conversation(report: Report, section: str) -> list[ReviewComment]:
    """What was said about a section, as the group sees it: without the staff's own notes; one query."""
    rows = _comments(group=report.group_id, report=report.pk, section=section)
    people = as_objects(User, [row[: len(PERSON)] for row in rows], PERSON)
    comments = as_objects(ReviewComment, [row[len(PERSON) :] for row in rows])
    for comment, person in zip(comments, people, strict=True):
        comment.written_by = person
    return comments


def last_submission(report: Report) -> ReportSubmission | None:
    """The version that was sent last."""
    found: ReportSubmission | None = report.submissions.select_related("submitted_by").last()
    return found


def published(year: int | None = None, words: str = "") -> QuerySet:
    """Published reports, newest first; accepted ones only. Called inside read_everywhere("published-reports")."""
    found = Report.objects.filter(state=ReportState.ACCEPTED).select_related("group", "group__category")
    if year:
        found = found.filter(reporting_year=year)
    if words.strip():
        found = found.filter(group__in=Group.objects.matching(words))
    return found.annotate(published_at=F("decided_at")).order_by("-reporting_year", "group__sort_key")


def published_years() -> list[int]:
    """Years with published reports, newest first."""
    with scope.read_everywhere("published-reports"):
        return list(
            Report.objects.filter(state=ReportState.ACCEPTED)
            .order_by("-reporting_year")
            .values_list("reporting_year", flat=True)
            .distinct()
        )


def published_of(group: Group) -> list[dict[str, Any]]:
    """The group's published reports, newest first, for its public page; one query, in the group's scope."""
    found = Report.objects.filter(group=group, state=ReportState.ACCEPTED).order_by("-reporting_year")
    return [dict(row) for row in found.values("reporting_year", "decided_at")]


def published_submission(group: Group, year: int) -> ReportSubmission | None:
    """The accepted version of a year's report, or None; in the group's scope."""
    found: ReportSubmission | None = (
        ReportSubmission.objects.filter(
            report__group=group,
            report__reporting_year=year,
            report__state=ReportState.ACCEPTED,
            decision__outcome="accepted",
        )
        .select_related("report", "decision")
        .last()
    )
    return found
