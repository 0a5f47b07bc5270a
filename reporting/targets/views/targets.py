"""Pages of a group's targets: the list of a period, one target, and the forms that set and decide targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core import clock, scope
from core.errors import Conflict, DomainError
from core.forms import choices_of, over_version
from core.htmx import list_page
from core.once import acts_once
from core.tables import csv_text
from groups.access import GroupRequest, group_page, public_page, request_roles
from groups.models import Group, Quadrennium
from groups.roles import Permission
from reporting.deadlines import targets_due_on
from reporting.models import Target, TargetSet
from reporting.states import TargetSetState
from reporting.targets import actions, cycle, exports, history, present
from reporting.targets import queries as targets
from reporting.targets.access import why_not_decide_targets, why_not_edit_target, why_not_edit_targets
from reporting.targets.forms import DecisionForm, TargetForm, WordForm

GET_OR_POST = ["GET", "HEAD", "POST"]


def period_or_404(first: int, last: int) -> Quadrennium:
    """The period of the address. Raises Http404 when there is none."""
    period = targets.period_of(targets.all_periods(), first, last)
    if period is None:
        raise Http404
    return period


def list_url(group: Group, period: Quadrennium) -> str:
    """The address of the list of a period."""
    return reverse("reporting:target-list", args=[group.slug, period.years[0], period.years[-1]])


def target_or_404(group: Group, pk: int) -> Target:
    """A target of this group. Raises Http404 when there is none."""
    return get_object_or_404(
        Target.objects.select_related(
            "target_set__quadrennium", "component", "subcategory", "key_result"
        ).filter(group=group),
        pk=pk,
    )


def set_or_404(group: Group, period: Quadrennium) -> TargetSet:
    """The group's set of targets of the period. Raises Http404 before the group begins it."""
    target_set = get_object_or_404(TargetSet, group=group, quadrennium=period)
    target_set.quadrennium = period
    return target_set


@group_page(Permission.VIEW_TARGETS)
@require_GET
def target_list_current(request: GroupRequest, group: Group) -> HttpResponse:
    """Redirect to the list of today's period."""
    period = targets.current_period(targets.all_periods(), clock.today())
    if period is None:
        raise Http404
    return redirect(list_url(group, period))


@group_page(Permission.VIEW_TARGETS)
@require_GET
def target_list(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """All targets of a period along the cycle, with the figures of each year."""
    periods = targets.all_periods()
    period = targets.period_of(periods, first, last)
    if period is None:
        raise Http404
    held = request_roles(request)
    today = clock.today()
    table = targets.target_table(group, period, today)
    chosen = request.GET.get("part", "")
    keys = {block.component.code for block in table.blocks}
    target_set = table.target_set
    may_edit = held.may(Permission.EDIT_TARGETS, group)
    may_record = held.may(Permission.RECORD_PROGRESS, group)
    locked = why_not_edit_targets(target_set, period, today)
    url = list_url(group, period)
    chips: list[dict[str, Any]] = [
        {"label": _("All"), "url": url, "count": len(table.rows), "current": chosen not in keys}
    ]
    chips += [
        {
            "label": str(block.component),
            "url": f"{url}?part={block.component.code}",
            "count": len(block.rows),
            "current": chosen == block.component.code,
        }
        for block in table.blocks
    ]
    shown = [b for b in table.blocks if b.rows and (chosen not in keys or b.component.code == chosen)]
    index = periods.index(period)
    return list_page(
        request,
        "reporting/target_list.html",
        {
            "group": group,
            "table": present.PrintedTable(
                present.block_lines(shown, group.slug, may_record=may_record), table.years
            ),
            "year": table.year,
            "target_set": target_set,
            "period": present.period_years(period),
            "found": sum(len(block.rows) for block in shown),
            "chips": chips if table.rows else [],
            "left": len(table.left) if may_record else 0,
            "due_on": table.due_on,
            "set_due_on": targets_due_on(period),
            "is_open": not locked,
            "is_over": today > period.ends_on,
            "may_add": may_edit and not locked,
            "may_send": held.may(Permission.SUBMIT_TARGETS, group) and not locked and bool(table.live),
            "may_decide": held.may(Permission.DECIDE_TARGETS, group)
            and target_set is not None
            and target_set.state == TargetSetState.SUBMITTED,
            "earlier": present.period_years(periods[index - 1]) if index else None,
            "later": present.period_years(periods[index + 1]) if index + 1 < len(periods) else None,
        },
    )


@group_page(Permission.VIEW_TARGETS)
@require_GET
def target_export(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """The list as a CSV file, with the same figures as the page."""
    table = targets.target_table(group, period_or_404(first, last))
    response = HttpResponse(csv_text(exports.target_rows(table)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="targets-{group.slug}-{first}-{last}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@group_page(Permission.VIEW_TARGETS)
@require_GET
def target_detail(request: GroupRequest, group: Group, target: int) -> HttpResponse:
    """One target: how it is measured, every year, and who changed what."""
    found = target_or_404(group, target)
    held, today = request_roles(request), clock.today()
    row = targets.target_row(found, today)
    may_edit = held.may(Permission.EDIT_TARGETS, group) and why_not_edit_target(found, today) is None
    return render(
        request,
        "reporting/target_detail.html",
        {
            "group": group,
            "target": found,
            "row": row,
            "back_url": list_url(group, found.target_set.quadrennium),
            "may_edit": may_edit,
            "may_record": held.may(Permission.RECORD_PROGRESS, group),
            "bars": targets.bars(row),
            "history": history.target_history(found),
        },
    )


def _form_page(
    request: HttpRequest,
    group: Group,
    period: Quadrennium,
    form: TargetForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context.setdefault("back_url", list_url(group, period))
    return render(
        request,
        "reporting/target_form.html",
        {
            "group": group,
            "form": form,
            "period": period,
            **context,
        },
        status=status,
    )


def _refused(form: Any, error: DomainError) -> int:
    """Show the error on the form. Returns the status of the response."""
    form.add_error(None, str(error))
    return error.status


@group_page(Permission.EDIT_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once
def target_add(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """Add a target to the period."""
    period = period_or_404(first, last)
    target_set = TargetSet.objects.filter(group=group, quadrennium=period).first()
    if reason := why_not_edit_targets(target_set, period, clock.today()):
        messages.error(request, reason)
        return redirect(list_url(group, period))
    form = TargetForm(request.POST or None, period=period)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            target = actions.add_target(group=group, period=period, by=request.user, answers=form.answers)
        except DomainError as error:
            status = _refused(form, error)
        else:
            messages.success(request, _("%(code)s is added.") % {"code": target.code})
            if "another" in request.POST:
                return redirect("reporting:target-add", group.slug, first, last)
            return redirect(list_url(group, period))
    return _form_page(request, group, period, form, status=status)


@group_page(Permission.EDIT_TARGETS)
@require_http_methods(GET_OR_POST)
def target_edit(request: GroupRequest, group: Group, target: int) -> HttpResponse:
    """Change a target. If another person saved first, show both texts, so that neither is lost."""
    found = target_or_404(group, target)
    period = found.target_set.quadrennium
    if reason := why_not_edit_target(found, clock.today()):
        messages.error(request, reason)
        return redirect(found)
    form = TargetForm(request.POST or None, period=period, target=found)
    status, differences = 200, []
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_target(
                target=found, by=request.user, answers=form.answers, version=form.cleaned_data["version"] or 0
            )
        except Conflict as conflict:
            found.refresh_from_db()
            differences = target_differences(form, conflict)
            form = TargetForm(over_version(request.POST, found.version), period=period, target=found)
            status = _refused(form, conflict)
        except DomainError as error:
            status = _refused(form, error)
        else:
            messages.success(request, _("%(code)s is saved.") % {"code": found.code})
            return redirect(found)
    return _form_page(
        request,
        group,
        period,
        form,
        status=status,
        target=found,
        back_url=found.get_absolute_url(),
        differences=differences,
    )


def target_differences(form: TargetForm, conflict: Conflict) -> list[dict[str, str]]:
    """The differences between the two texts, as {label, theirs, yours} in words."""
    groups = [options for _part, options in choices_of(form, "pair") if isinstance(options, list)]
    pairs = {value: label for options in groups for value, label in options}
    results = dict(choices_of(form, "key_result"))

    def in_words(answers: dict[str, str]) -> dict[str, str]:
        words = dict(answers)
        pair = f"{words.pop('component', '')}:{words.pop('subcategory', '')}"
        words["pair"] = str(pairs.get(pair, pair))
        words["key_result"] = str(results.get(words.get("key_result", ""), ""))
        return words

    theirs, yours = in_words(conflict.theirs), in_words(conflict.yours)
    return [
        {"label": str(form.fields[name].label), "theirs": theirs.get(name, ""), "yours": yours.get(name, "")}
        for name in form.fields
        if name != "version" and theirs.get(name, "") != yours.get(name, "")
    ]


@group_page(Permission.EDIT_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once
def target_drop(request: GroupRequest, group: Group, target: int) -> HttpResponse:
    """Ask for the reason on a page of its own, then drop the target."""
    found = target_or_404(group, target)
    period = found.target_set.quadrennium
    if found.dropped_at is None and (reason := why_not_edit_target(found, clock.today())):
        messages.error(request, reason)
        return redirect(found)
    form = WordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop_target(target=found, by=request.user, why=form.cleaned_data["why"])
        except DomainError as error:
            status = _refused(form, error)
        else:
            messages.success(request, _("%(code)s is dropped. It stays in the list.") % {"code": found.code})
            return redirect(list_url(group, period))
    context = {
        "group": group,
        "form": form,
        "target": found,
        "period": period,
    }
    return render(request, "reporting/target_drop.html", context, status=status)


@group_page(Permission.SUBMIT_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once
def target_send(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """Read all targets once more, then send them to the Chair's Office."""
    period = period_or_404(first, last)
    target_set = set_or_404(group, period)
    if request.method == "POST":
        try:
            actions.submit_targets(
                target_set=target_set, by=request.user, version=_whole(request.POST.get("version"))
            )
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Your targets are with the Chair’s Office."))
        return redirect(list_url(group, period))
    if reason := why_not_edit_targets(target_set, period, clock.today()):
        messages.info(request, reason)
        return redirect(list_url(group, period))
    table = targets.target_table(group, period)
    return render(
        request,
        "reporting/target_send.html",
        {
            "group": group,
            "table": table,
            "target_set": target_set,
            "period": period,
            "count": len(table.live),
        },
    )


def _whole(text: str | None) -> int:
    """The posted version as a number; a text that is no number becomes one that no version has."""
    return int(text) if text and text.isdecimal() else -1


@group_page(Permission.DECIDE_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once
def target_review(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """The Chair's Office reads a group's targets, then approves them or sends them back."""
    period = period_or_404(first, last)
    target_set = set_or_404(group, period)
    waiting = target_set.state == TargetSetState.SUBMITTED
    refusal = why_not_decide_targets(target_set, request.user, request_roles(request)) if waiting else None
    form = DecisionForm(request.POST or None, initial={"version": target_set.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = actions.agree_targets if data["outcome"] == "agree" else actions.return_targets
        try:
            act(target_set=target_set, by=request.user, version=data["version"], word=data["word"])
        except DomainError as error:
            status = _refused(form, error)
        else:
            agreed = data["outcome"] == "agree"
            messages.success(
                request, _("The targets are agreed.") if agreed else _("The targets are back with the group.")
            )
            return redirect(list_url(group, period))
    return render(
        request,
        "reporting/target_review.html",
        {
            "group": group,
            "form": form,
            "table": targets.target_table(group, period),
            "target_set": target_set,
            "period": period,
            "waiting": waiting,
            "refusal": refusal,
        },
        status=status,
    )


@public_page
@require_GET
def target_public(request: HttpRequest, group: str) -> HttpResponse:
    """The public page of a group's approved targets, with their status in accepted reports."""
    found = get_object_or_404(Group.objects.select_related("category"), slug=group)
    with scope.group_scope(found):
        periods = cycle.public_targets(found)
        return render(request, "reporting/target_public.html", {"group": found, "periods": periods})
