"""Reads of annual reports: where each group stands, the sections of one report, and what is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet

from core import clock, scope
from groups.models import Appointment, Group
from reporting.models import (
    Component,
    Progress,
    Report,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    Target,
    TemplateSection,
)
from reporting.states import ReportState, Standing

if TYPE_CHECKING:
    from accounts.models import User

# Status signs of the design for the standings.
KINDS = {
    Standing.NOT_STARTED: "todo",
    Standing.DRAFT: "going",
    Standing.SUBMITTED: "wait",
    Standing.RETURNED: "back",
    Standing.ACCEPTED: "done",
}
OWED = (Standing.NOT_STARTED, Standing.DRAFT, Standing.RETURNED)


@dataclass(frozen=True)
class ReportStanding:
    """How one group stands with the report of one year."""

    group: Group
    year: int
    state: Standing
    due_on: date
    overdue: bool
    sections_done: int
    sections_of: int
    extended: bool = False
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    network_support: tuple[User, ...] = ()

    @property
    def kind(self) -> str:
        """The status sign: late when overdue."""
        return "late" if self.overdue else KINDS[self.state]


def due_on(report: Report | None, year: ReportingYear) -> date:
    """The one deadline of a group's report: the year's, unless the office gave the group longer (guidelines 8.1)."""
    return report.extended_to if report and report.extended_to else year.due_on


def report_states(year: int, *, day: date | None = None) -> list[ReportStanding]:
    """How every group that owes a report for the year stands, in the order of the directory; five queries.

    Called inside scope.read_everywhere("office-grid") or a group's scope.
    Raises ReportingYear.DoesNotExist for a year without reports.
    """
    day = day or clock.today()
    period = ReportingYear.objects.get(pk=year)
    sizes = dict(
        TemplateSection.objects.order_by()
        .values("template")
        .annotate(n=Count("pk"))
        .values_list("template", "n")
    )
    reports = {
        report.group_id: report
        for report in Report.objects.filter(reporting_year=year).annotate(
            begun=Count("sections"), done=Count("sections", filter=Q(sections__is_complete=True))
        )
    }
    support: dict[int, list[User]] = {}
    for row in Appointment.objects.on(day).filter(office="network_support").select_related("person"):
        support.setdefault(row.group_id, []).append(row.person)
    return [
        _standing(group, period, reports.get(group.pk), day, sizes, tuple(support.get(group.pk, ())))
        for group in Group.objects.reporting(year).select_related("category")
    ]


def _standing(
    group: Group,
    year: ReportingYear,
    report: Report | None,
    day: date,
    sizes: dict[int, int],
    support: tuple[User, ...],
) -> ReportStanding:
    state = Standing(report.state) if report else Standing.NOT_STARTED
    if state == Standing.DRAFT and not getattr(report, "begun", 0):
        state = Standing.NOT_STARTED  # the row stands for a longer deadline or a grant, nobody has written
    due = due_on(report, year)
    return ReportStanding(
        group=group,
        year=year.year,
        state=state,
        due_on=due,
        overdue=state in OWED and day > due,
        sections_done=getattr(report, "done", 0),
        sections_of=sizes.get(report.template_id if report else year.template_id, 0),
        extended=bool(report and report.extended_to),
        submitted_at=report.submitted_at if report else None,
        decided_at=report.decided_at if report else None,
        network_support=support,
    )


@dataclass(frozen=True)
class OpenReport:
    """The report of the year that is open, for an overview."""

    year: int
    report: Report | None
    done: int
    of: int
    due_on: date
    late: bool


def open_report(group: Group, day: date | None = None) -> OpenReport | None:
    """Where the group stands with the latest year that opened; two queries. None before the first year."""
    day = day or clock.today()
    years = ReportingYear.objects.filter(opens_on__lte=day).annotate(of=Count("template__sections"))
    year = years.order_by("year").last()
    if year is None:
        return None
    report = (
        Report.objects.filter(group=group, reporting_year=year)
        .select_related("reporting_year", "submitted_by")
        .annotate(done=Count("sections", filter=Q(sections__is_complete=True)))
        .first()
    )
    due = due_on(report, year)
    owed = report is None or report.is_editable
    return OpenReport(year.year, report, getattr(report, "done", 0), year.of, due, owed and day > due)


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


def find_report(group: Group, year: ReportingYear | int) -> Report | None:
    """The group's report of the year, or None while nobody has begun; in the group's scope."""
    found = Report.objects.select_related(
        "reporting_year__quadrennium", "template", "submitted_by", "decided_by"
    )
    report: Report | None = found.filter(group=group, reporting_year=year).first()
    if report is not None:
        report.group = group  # at hand already
    return report


def section_rows(report: Report | None, year: ReportingYear) -> list[SectionRow]:
    """All sections in order, written or not; two queries."""
    template = report.template_id if report else year.template_id
    written: dict[str, ReportSection] = {}
    if report:
        written = {row.key: row for row in report.sections.select_related("edited_by")}
    rows = []
    for number, section in enumerate(
        TemplateSection.objects.filter(template=template).select_related("component"), 1
    ):
        row = written.get(section.key)
        rows.append(
            SectionRow(
                number,
                section,
                row.text if row else "",
                bool(row and row.is_complete),
                row.version if row else 0,
                row.edited_by if row else None,
                row.edited_at if row else None,
            )
        )
    return rows


@dataclass(frozen=True)
class TargetRow:
    """A target with the progress of one year beside it."""

    target: Target
    progress: Progress | None


def target_rows(year: ReportingYear, component: Component | str | None = None) -> list[TargetRow]:
    """The group's targets of the year's quadrennium, one part of the cycle or all; two queries, in scope."""
    targets = Target.objects.filter(target_set__quadrennium=year.quadrennium_id).select_related("component")
    if component is not None:
        targets = targets.filter(component=component)
    rows = list(targets)
    progress = {
        row.target_id: row
        for row in Progress.objects.filter(target__in=rows, year=year.year).select_related("status")
    }
    return [TargetRow(target, progress.get(target.pk)) for target in rows]


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
