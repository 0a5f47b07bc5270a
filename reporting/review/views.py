"""Pages of the Chair's Office about one group's report: review, decide, give more time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.once import acts_once
from groups.access import GroupRequest, request_roles
from groups.models import Group
from reporting.models import Report, ReviewComment
from reporting.network import CAME_FROM, REPORTS, NextOne, next_link
from reporting.reports.access import ReportRights, report_page, why_not_decide
from reporting.reports.queries import due_on
from reporting.reports.views import GET_OR_POST, find_both, report_or_404
from reporting.review import actions
from reporting.review.forms import CommentForm, DecisionForm, ExtendForm
from reporting.review.queries import review_of
from reporting.states import Outcome, ReportState


def _next(request: GroupRequest, group: Group, year: int) -> NextOne | None:
    """The link to the next report that the person can review."""
    return next_link(request_roles(request), REPORTS, request.GET, group, year)


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
    """The review page. Forms with errors, if any, replace the empty ones."""
    reason = why_not_decide(request.user, report, request_roles(request))
    review = review_of(report, notes=reason is None)
    show_all = request.GET.get("show") == "all" or (review is not None and review.previous is None)
    decidable = report.state == ReportState.SUBMITTED
    if review and decision_form is None and decidable:
        decision_form = DecisionForm(
            initial={"number": review.submission.number, "sha256": review.submission.sha256}
        )
    form = decision_form if decision_form and decision_form.is_bound else comment_form
    return render(
        request,
        "reporting/report_review.html",
        {
            "group": group,
            "report": report,
            "year": report.year,
            "review": review,
            "sections": (review.sections if show_all else review.changed) if review else [],
            "show_all": show_all,
            "reason": reason,
            "decidable": decidable,
            "next": _next(request, group, report.year) if decidable else None,
            "came_from": request.GET.get(CAME_FROM, ""),
            "decision_form": decision_form,
            "comment_form": CommentForm(auto_id=False),
            "wrong_comment": comment_form,
            "wrong_section": comment_on,
            "form": form,
        },
        status=status,
    )


@report_page(lambda rights: rights.reviews)
@require_http_methods(GET_OR_POST)
@acts_once
def report_review(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Read the version that was sent and decide about it."""
    report = report_or_404(group, year)
    if request.method != "POST":
        return _page(request, group, report)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, group, report, decision_form=form)
    following = _next(request, group, year)
    try:
        decision = actions.decide(report=report, by=request.user, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, group, report_or_404(group, year), decision_form=form, status=error.status)
    if decision.outcome == Outcome.ACCEPTED:
        told = _("The report is accepted and published. The leaders have been told.")
    else:
        told = _("The report is with the group again. The leaders have been told.")
    messages.success(request, following.after(told) if following else told)
    response = redirect("reporting:report-review", group.slug, year)
    if came_from := request.GET.get(CAME_FROM):
        response["Location"] += f"?{urlencode({CAME_FROM: came_from})}"
    return response


@report_page(lambda rights: rights.reviews)
@require_POST
@acts_once
def review_comment(
    request: GroupRequest, group: Group, year: int, rights: ReportRights, section: str
) -> HttpResponse:
    """Comment on one section, for the group or for staff only."""
    report = report_or_404(group, year)
    if not report.template.sections.filter(key=section).exists():
        raise Http404
    form = CommentForm(request.POST, auto_id=f"comment_{section}_%s")
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
    form = ExtendForm(request.POST if request.method == "POST" else None)
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
