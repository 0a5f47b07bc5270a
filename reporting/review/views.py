"""Pages of the Chair's Office about one group's report: review, decide, give more time."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.kept import refused, restored
from core.once import acts_once
from groups.access import GroupRequest, request_roles
from groups.models import Group
from reporting.models import Report
from reporting.network import CAME_FROM, REPORTS, NextOne, next_link
from reporting.reports.access import ReportRights, report_page, why_not_decide
from reporting.reports.queries import due_on
from reporting.reports.views import GET_OR_POST, find_both, report_or_404
from reporting.review import actions
from reporting.review.forms import ExtendForm, ReviewForm
from reporting.review.queries import Review, ReviewedSection, review_of
from reporting.states import Outcome, ReportState

# The buttons of the page.
COMMENT, RETURN, CHECK, PUBLISH, EDIT = "comment", "return", "check", "publish", "edit"


def _next(request: GroupRequest, group: Group, year: int) -> NextOne | None:
    """The link to the next report that the person can review."""
    return next_link(request_roles(request), REPORTS, request.GET, group, year)


@report_page(lambda rights: rights.reviews)
@require_http_methods(GET_OR_POST)
@acts_once
def report_review(request: GroupRequest, group: Group, year: int, rights: ReportRights) -> HttpResponse:
    """Read the version that was sent, comment on its sections, and decide about it: one form for all of it.

    Before a report is accepted, a page shows what becomes public and asks once more.
    """
    report = report_or_404(group, year)
    reason = why_not_decide(request.user, report, request_roles(request))
    review = review_of(report, notes=reason is None)
    if review is None:
        return _page(request, report, None, None, reason)
    form = restored(request, ReviewForm(request.POST or None, review=review))
    if request.method != "POST":
        return _page(request, report, review, form, reason)
    if reason:
        return refused(request, reason, request.path)
    act = request.POST.get("act", COMMENT)
    if not form.is_valid() or act == EDIT or (act in (CHECK, PUBLISH) and not form.check_acceptance()):
        return _page(request, report, review, form, reason)
    if act == CHECK:
        return _confirm(request, report, review, form)
    outcome = {RETURN: Outcome.RETURNED, PUBLISH: Outcome.ACCEPTED}.get(act)
    following = _next(request, group, year) if outcome else None
    try:
        actions.review_report(
            report=report,
            by=request.user,
            comments=form.comments,
            settled=form.cleaned_data["settled"],
            decision=form.decision(outcome) if outcome else None,
        )
    except DomainError as error:
        report = report_or_404(group, year)
        if report.state != ReportState.SUBMITTED:  # the page shows the decision no more
            return refused(request, str(error), request.path, status=error.status)
        review = review_of(report, notes=reason is None) or review
        form = ReviewForm(_about(review, request.POST), review=review)
        form.add_error("answer_by" if error.code == "wrong_deadline" else None, str(error))
        return _page(request, report, review, form, reason, status=error.status)
    told = _done(outcome, len(form.comments))
    messages.success(request, following.after(told) if following else told)
    response = redirect("reporting:report-review", group.slug, year)
    if came_from := request.GET.get(CAME_FROM):
        response["Location"] += f"?{urlencode({CAME_FROM: came_from})}"
    return response


def _about(review: Review, typed: QueryDict) -> QueryDict:
    """What was typed, as a form about the version that the page shows now."""
    data = typed.copy()
    data["number"], data["sha256"] = str(review.submission.number), review.submission.sha256
    return data


def _done(outcome: Outcome | None, comments: int) -> str:
    """What was done, in a sentence."""
    if outcome == Outcome.ACCEPTED:
        return _("Report accepted and published. The leaders get an email.")
    if outcome == Outcome.RETURNED:
        return _(
            "Report sent back to the group. The leaders get an email with your message and the comments."
        )
    if comments:
        return ngettext("%(count)d comment saved.", "%(count)d comments saved.", comments) % {
            "count": comments
        }
    return _("Your changes are saved.")


def _page(
    request: GroupRequest,
    report: Report,
    review: Review | None,
    form: ReviewForm | None,
    reason: str | None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The review page with what the reviewer typed so far. `reason` is why the person cannot decide."""
    show_all = request.GET.get("show") == "all" or (review is not None and review.previous is None)
    sections = review.sections if review else []
    if not show_all:
        sections = [one for one in sections if one.asks_attention or _typed_on(form, one)]
    decidable = report.state == ReportState.SUBMITTED
    return render(
        request,
        "reporting/report_review.html",
        {
            "group": report.group,
            "report": report,
            "year": report.year,
            "review": review,
            "sections": [(one, *_fields_of(form, one.part.key)) for one in sections],
            "show_all": show_all,
            "reason": reason,
            "decidable": decidable,
            "next": _next(request, report.group, report.year) if decidable else None,
            "came_from": request.GET.get(CAME_FROM, ""),
            "form": form,
            "ticked": form.ticked if form else set(),
        },
        status=status,
    )


def _typed_on(form: ReviewForm | None, section: ReviewedSection) -> bool:
    """Whether the reviewer typed a comment on the section."""
    return form is not None and form.is_bound and bool(form[f"comment_{section.part.key}"].value())


def _fields_of(form: ReviewForm | None, key: str) -> tuple[BoundField | None, BoundField | None]:
    """The two fields of a section."""
    return (form[f"comment_{key}"], form[f"staff_{key}"]) if form else (None, None)


def _confirm(request: GroupRequest, report: Report, review: Review, form: ReviewForm) -> HttpResponse:
    """What becomes public when the report is accepted, with the button that publishes it."""
    return render(
        request,
        "reporting/report_publish.html",
        {
            "group": report.group,
            "report": report,
            "year": report.year,
            "review": review,
            "publication": review.publication,
            "form": form,
            "typed": [
                (name, value)
                for name, values in request.POST.lists()
                if name in form.fields or name.startswith("answer_by_")
                for value in values
            ],
        },
    )


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
