"""A group sends its targets; the Chair's Office approves them or sends them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import DomainError
from core.kept import refused as refused_post
from core.kept import restored
from core.once import acts_once
from groups.access import GroupRequest, group_page, request_roles
from groups.models import Group
from groups.roles import Permission
from reporting.network import CAME_FROM, TARGETS, next_link
from reporting.states import TargetSetState
from reporting.targets import actions
from reporting.targets import queries as targets
from reporting.targets.access import why_not_decide_targets, why_not_edit_targets
from reporting.targets.forms import DecisionForm
from reporting.targets.views.lists import (
    GET_OR_POST,
    list_url,
    period_or_404,
    refused,
    set_or_404,
)


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
    following = (
        next_link(request_roles(request), TARGETS, request.GET, group, first, last) if waiting else None
    )
    form = restored(request, form)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = actions.agree_targets if data["outcome"] == "agree" else actions.return_targets
        try:
            act(target_set=target_set, by=request.user, version=data["version"], word=data["word"])
        except DomainError as error:
            if not waiting or refusal:  # the page shows the form no more
                return refused_post(request, str(error), list_url(group, period))
            status = refused(form, error)
        else:
            agreed = data["outcome"] == "agree"
            told = _("The targets are agreed.") if agreed else _("The targets are back with the group.")
            messages.success(request, following.after(told) if following else told)
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
            "next": following,
            "came_from": request.GET.get(CAME_FROM, ""),
            "refusal": refusal,
        },
        status=status,
    )
