"""Pages of a group's annual report: overview, sections, sharing, preview, sending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import Conflict, DomainError
from core.forms import over_version
from core.kept import refused, restored, shown_on
from core.once import acts_once
from groups.access import GroupRequest, group_page
from groups.models import Group
from reporting.models import Report, ReportGrant, ReportingYear, all_reporting_years
from reporting.publication import snapshot
from reporting.publication.document import Publication
from reporting.reports import actions
from reporting.reports.access import READ, ReportRights, report_page, why_not_writable
from reporting.reports.forms import SectionForm, SendForm, ShareForm
from reporting.reports.queries import (
    SectionRow,
    conversation,
    due_on,
    find_report,
    section_rows,
    target_rows,
)
from reporting.states import CommentState, ReportState

GET_OR_POST = ["GET", "HEAD", "POST"]


def year_or_404(year: int) -> ReportingYear:
    """The reporting year of the address."""
    found = next((one for one in all_reporting_years() if one.year == year), None)
    if found is None:
        raise Http404
    return found


def find_both(group: Group, year: int) -> tuple[Report | None, ReportingYear]:
    """The group's report of the year, or None, and the year."""
    found = year_or_404(year)
    return find_report(group, found), found


def report_or_404(group: Group, year: int) -> Report:
    """The group's report of the year. Raises Http404 before the group begins it."""
    report = find_report(group, year_or_404(year))
    if report is None:
        raise Http404
    return report


def progress(rows: list[SectionRow]) -> dict[str, int]:
    """The number of complete sections and the number of all sections."""
    return {"done": sum(row.is_complete for row in rows), "of": len(rows)}


@group_page(READ)
@require_GET
def report_current(request: GroupRequest, group: Group) -> HttpResponse:
    """Redirect to the report of the year that is open now."""
    year = ReportingYear.open(clock.today())
    if year is None:
        raise Http404
    return redirect("reporting:report-detail", group.slug, year.year)


@report_page(lambda rights: rights.reads)
@require_GET
def report_detail(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """The report's overview: its status, sections and deadline, who wrote last, what the office asked."""
    report, period = find_both(group, year)
    rows = section_rows(report, period)
    decision = None
    asked: dict[str, int] = {}
    if report:
        last = report.submissions.select_related("decision__decided_by").last()
        decision = getattr(last, "decision", None) if last else None
        for key in report.comments.filter(
            from_office=True, staff_only=False, state=CommentState.OPEN
        ).values_list("section_key", flat=True):
            asked[key] = asked.get(key, 0) + 1
    late = (report is None or report.is_editable) and clock.today() > due_on(report, period)
    return render(
        request,
        "reporting/report_detail.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "rights": rights,
            "sections": [(row, asked.get(row.key, 0)) for row in rows],
            "due_on": due_on(report, period),
            "late": late,
            "decision": decision,
            "asked": sum(asked.values()),
            "closed_reason": None if report else actions.why_not_open(group, period),
            "years": [one for one in reversed(all_reporting_years()) if one.opens_on <= clock.today()],
            **progress(rows),
        },
    )


def _section_or_404(rows: list[SectionRow], key: str) -> SectionRow:
    for row in rows:
        if row.key == key:
            return row
    raise Http404


@report_page(lambda rights: rights.reads, post=lambda rights: rights.writes_some)
@require_http_methods(GET_OR_POST)
@acts_once(saves=True)
def report_section(
    request: GroupRequest, group: Group, year: int, rights: ReportRights, section: str
) -> HttpResponse:
    """Write one section and answer the office about it. If another person saved first, the writer sees both texts."""
    report, period = find_both(group, year)
    rows = section_rows(report, period)
    row = _section_or_404(rows, section)
    talk = conversation(report, section) if report else []
    reason = why_not_writable(report) or (None if report else actions.why_not_open(group, period))
    may_write = rights.writes(row.template) and reason is None
    may_answer = bool(
        report and talk and rights.writes(row.template) and report.state != ReportState.ACCEPTED
    )
    theirs = None
    here = reverse("reporting:report-section", args=[group.slug, year, section])
    form = _section_form(row, request.POST or None, may_write=may_write, may_answer=may_answer)
    # A form that was open when the section could no longer be changed has a text that this page does not show.
    shows_all = may_write or (may_answer and "text" not in request.POST)
    if request.method == "POST" and not shows_all:
        return refused(request, reason or _("You cannot edit this section with your role."), here)
    form = restored(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_section_page(
                group=group,
                year=period,
                key=section,
                by=request.user,
                section=form.section,
                answer=form.cleaned_data.get("answer", ""),
            )
        except Conflict as conflict:
            theirs = conflict.theirs["text"]
            report, period = find_both(group, year)
            rows = section_rows(report, period)
            row = _section_or_404(rows, section)
            data = over_version(request.POST, row.version)
            form = _section_form(row, data, may_write=may_write, may_answer=may_answer)
            form.add_error(None, str(conflict))
        except DomainError as error:
            form.add_error("is_complete" if error.code == "report_incomplete" else None, str(error))
        else:
            messages.success(request, _saved(row, form))
            return redirect(_after_saving(request, group, year, rows, row))
    component = row.template.component_id
    return render(
        request,
        "reporting/report_section.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "due_on": due_on(report, period),
            "section": row,
            "sections": rows,
            "following": _following(rows, row),
            "component": component,
            "form": form,
            "theirs": theirs,
            "may_write": may_write,
            "reason": reason,
            "targets": target_rows(group, period, component) if component else None,
            "talk": talk,
            "may_answer": may_answer,
            **progress(rows),
        },
        status=409 if theirs is not None else 200,
    )


def _saved(row: SectionRow, form: SectionForm) -> str:
    """What was saved, in a sentence."""
    values = {"section": row.template}
    if not form.cleaned_data.get("answer"):
        return _("“%(section)s” is saved.") % values
    if form.section is None:
        return _("Your answer on “%(section)s” is saved.") % values
    return _("“%(section)s” and your answer are saved.") % values


def _section_form(row: SectionRow, data: Any = None, *, may_write: bool, may_answer: bool) -> SectionForm:
    """The form of a section, filled with the text that was saved last."""
    return SectionForm(
        data,
        initial={"version": row.version, "text": row.text, "is_complete": row.is_complete},
        title=_("What should the report say?"),
        help_text=row.template.help,
        max_length=row.template.max_length,
        may_write=may_write,
        may_answer=may_answer,
    )


def _following(rows: list[SectionRow], row: SectionRow) -> SectionRow | None:
    """The section after this one; None after the last."""
    return rows[row.number] if row.number < len(rows) else None


def _after_saving(
    request: HttpRequest, group: Group, year: int, rows: list[SectionRow], row: SectionRow
) -> str:
    following = _following(rows, row)
    if "later" in request.POST or following is None:
        return reverse("reporting:report-detail", args=[group.slug, year])
    return reverse("reporting:report-section", args=[group.slug, year, following.key])


@report_page(lambda rights: rights.reads)
@require_GET
def report_preview(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """The report as it would be published with its present content."""
    report = report_or_404(group, year)
    return render(
        request,
        "reporting/report_preview.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "publication": Publication(snapshot.freeze(report)),
        },
    )


@report_page(lambda rights: rights.submits)
@require_http_methods(GET_OR_POST)
@acts_once
def report_send(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Read the whole report once more, then send it."""
    report, period = find_both(group, year)
    if request.method == "POST":
        if report is None:
            raise Http404
        form = SendForm(request.POST)
        try:
            revision = form.cleaned_data["revision"] if form.is_valid() else ""
            actions.submit_report(report=report, by=request.user, revision=revision)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("reporting:report-send", group.slug, year)
        return redirect("reporting:report-sent", group.slug, year)
    if report and report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED):
        return redirect("reporting:report-sent", group.slug, year)
    rows, targets = section_rows(report, period), target_rows(group, period)
    open_comments = 0
    if report:
        open_comments = report.comments.filter(
            from_office=True, staff_only=False, state=CommentState.OPEN
        ).count()
    return render(
        request,
        "reporting/report_send.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "due_on": due_on(report, period),
            "sections": rows,
            "missing": [row for row in rows if not row.is_complete],
            "silent": [row.target for row in targets if row.known is None and row.target.dropped_at is None],
            "open_comments": open_comments,
            "revision": actions.revision_of(rows, targets),
            **progress(rows),
        },
    )


@report_page(lambda rights: rights.reads)
@require_GET
def report_sent(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """The confirmation after sending, with what happens next."""
    report = report_or_404(group, year)
    submission = report.submissions.select_related("submitted_by").last()
    if submission is None:
        return redirect(report)
    return render(
        request,
        "reporting/report_sent.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "submission": submission,
        },
    )


@report_page(lambda rights: rights.shares)
@require_http_methods(GET_OR_POST)
@acts_once
def report_share(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Who helps to write this report, and until when."""
    report, period = find_both(group, year)
    form = restored(request, ShareForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            grant = actions.share_report(group=group, year=period, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("%(name)s can write now and gets a mail about it.") % {"name": grant.user.name}
            )
            return redirect("reporting:report-share", group.slug, year)
    grants = ReportGrant.objects.on().filter(content_object__group=group, content_object__reporting_year=year)
    return render(
        request,
        "reporting/report_share.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "form": form,
            "grants": grants.select_related("user").order_by("user__sort_key"),
        },
    )


@report_page(lambda rights: rights.shares)
@require_POST
@shown_on("reporting:report-share", "group", "year")
@acts_once
def report_unshare(
    request: GroupRequest, group: Group, year: int, rights: ReportRights, grant: int
) -> HttpResponse:
    """Stop sharing the report with a person, at once."""
    found = get_object_or_404(
        ReportGrant.objects.select_related("content_object", "user"),
        pk=grant,
        content_object__group=group,
        content_object__reporting_year=year,
    )
    try:
        actions.end_share(grant=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("%(name)s can no longer write in this report.") % {"name": found.user.name}
        )
    return redirect("reporting:report-share", group.slug, year)
