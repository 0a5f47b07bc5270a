"""Pages of the Chair's Office about one group's report: review, decide, give more time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.kept import filled, kept_for, refused, restored, shown_on
from core.once import acts_once
from groups.access import GroupRequest, request_roles
from groups.models import Group
from reporting.models import Report, ReviewComment
from reporting.reports.access import ReportRights, report_page, why_not_decide
from reporting.reports.queries import due_on
from reporting.reports.views import GET_OR_POST, find_both, report_or_404
from reporting.review import actions
from reporting.review.forms import CommentForm, DecisionForm, ExtendForm
from reporting.review.queries import review_of
from reporting.states import Outcome, ReportState


def _page(
    request: GroupRequest,
    group: Group,
    report: Report,
    *,
    decision_form: DecisionForm | None = None,
    comment_form: CommentForm | None = None,
    comment_on: str = "",
    status: int = 200,
) -> HttpResponse:
    """The review page. Forms with errors, if any, replace the empty ones. Kept texts are in their forms."""
    review = review_of(report)
    show_all = (
        request.GET.get("show") == "all"
        or bool(comment_on)
        or (review is not None and review.previous is None)
    )
    decidable = report.state == ReportState.SUBMITTED
    place = {"group": group.slug, "year": report.year}
    here = reverse("reporting:report-review", kwargs=place)
    sections = (review.sections if show_all else review.changed) if review else []
    urls = {
        one.part.key: reverse("reporting:review-comment", kwargs={**place, "section": one.part.key})
        for one in sections
    }
    kept = kept_for(request, here, *urls.values())
    if review and decision_form is None and decidable:
        decision_form = DecisionForm(
            initial={"number": review.submission.number, "sha256": review.submission.sha256}
        )
        filled(decision_form, kept.get(here))
    comments = {
        key: comment_form
        if comment_form and key == comment_on
        else filled(CommentForm(auto_id=f"comment_{key}_%s"), kept.get(url))
        for key, url in urls.items()
    }
    form = decision_form if decision_form and decision_form.is_bound else comment_form
    return render(
        request,
        "reporting/report_review.html",
        {
            "group": group,
            "report": report,
            "year": report.year,
            "review": review,
            "sections": [(one, comments[one.part.key]) for one in sections],
            "show_all": show_all,
            "reason": why_not_decide(request.user, report, request_roles(request)),
            "decidable": decidable,
            "decision_form": decision_form,
            "form": form,
        },
        status=status,
    )


def _shows_form(request: GroupRequest, report: Report) -> bool:
    """Whether the review page shows the form of the decision to this person."""
    return (
        report.state == ReportState.SUBMITTED
        and why_not_decide(request.user, report, request_roles(request)) is None
    )


def _over_submission(posted: QueryDict, report: Report) -> QueryDict:
    """The posted decision, with the version that the page shows now. The person has read it when they send again."""
    latest = report.submissions.last()
    data = posted.copy()
    if latest is not None:
        data["number"], data["sha256"] = str(latest.number), latest.sha256
    return data


@report_page(lambda rights: rights.reviews)
@require_http_methods(GET_OR_POST)
@acts_once
def report_review(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Read the version that was sent and decide about it."""
    report = report_or_404(group, year)
    if request.method != "POST":
        return _page(request, group, report)
    form = DecisionForm(request.POST)
    if not form.is_valid() and _shows_form(request, report):
        return _page(request, group, report, decision_form=form)
    if not form.is_valid():
        return refused(request, _("You cannot decide on this report now."), request.path)
    try:
        decision = actions.decide(report=report, by=request.user, **form.cleaned_data)
    except DomainError as error:
        report = report_or_404(group, year)
        if not _shows_form(request, report):
            return refused(request, str(error), request.path)
        form.add_error(None, str(error))
        form.data = _over_submission(request.POST, report)
        return _page(request, group, report, decision_form=form, status=error.status)
    if decision.outcome == Outcome.ACCEPTED:
        messages.success(request, _("The report is accepted and published. The leaders have been told."))
    else:
        messages.success(request, _("The report is with the group again. The leaders have been told."))
    return redirect("reporting:report-review", group.slug, year)


@report_page(lambda rights: rights.reviews)
@require_POST
@shown_on("reporting:report-review", "group", "year", query="?show=all")
@acts_once
def review_comment(
    request: GroupRequest, group: Group, year: int, rights: ReportRights, section: str
) -> HttpResponse:
    """Comment on one section, for the group or for staff only."""
    report = report_or_404(group, year)
    if not report.template.sections.filter(key=section).exists():
        raise Http404
    here = reverse("reporting:report-review", args=[group.slug, year])
    form = CommentForm(request.POST, auto_id=f"comment_{section}_%s")
    reason = why_not_decide(request.user, report, request_roles(request))
    if reason or not report.submissions.exists():
        return refused(request, reason or _("The group has not sent this report yet."), here)
    if not form.is_valid():
        return _page(request, group, report, comment_form=form, comment_on=section)
    try:
        actions.add_comment(
            report=report,
            section_key=section,
            text=form.cleaned_data["text"],
            by=request.user,
            staff_only="staff_only" in request.POST,
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, group, report, comment_form=form, comment_on=section, status=error.status)
    messages.success(request, _("Your comment is saved."))
    return _back(group, year, section)


@report_page(lambda rights: rights.reviews)
@require_POST
@shown_on("reporting:report-review", "group", "year", query="?show=all")
@acts_once
def review_resolve(
    request: GroupRequest, group: Group, year: int, rights: ReportRights, comment: int
) -> HttpResponse:
    """Mark a comment as settled."""
    found: Any = get_object_or_404(
        ReviewComment.objects.select_related("report"),
        pk=comment,
        report__group=group,
        report__reporting_year=year,
    )
    try:
        actions.resolve_comment(comment=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The comment is settled."))
    return _back(group, year, found.section_key)


def _back(group: Group, year: int, section: str) -> HttpResponse:
    response = redirect("reporting:report-review", group.slug, year)
    response["Location"] += f"?show=all#s-{section}"
    return response


@report_page(lambda rights: rights.reviews)
@require_http_methods(GET_OR_POST)
@acts_once
def report_extend(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Give a group more time, with the reason."""
    report, period = find_both(group, year)
    form = restored(request, ExtendForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            actions.extend_deadline(group=group, year=period, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error("to" if error.code == "wrong_deadline" else None, str(error))
        else:
            messages.success(request, _("The deadline is moved. The leaders have been told."))
            return redirect("reporting:report-extend", group.slug, year)
    return render(
        request,
        "reporting/report_extend.html",
        {
            "group": group,
            "report": report,
            "year": year,
            "due_on": due_on(report, period),
            "form": form,
        },
    )
