"""Forms that add, change and drop a target."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import Conflict, DomainError
from core.forms import choices_of, over_version
from core.kept import refused as refused_post
from core.kept import restored
from core.once import acts_once
from groups.access import GroupRequest, group_page
from groups.models import Group, Quadrennium
from groups.roles import Permission
from reporting.models import TargetSet
from reporting.targets import actions
from reporting.targets.access import why_no_targets, why_not_edit_target, why_not_edit_targets
from reporting.targets.forms import TargetForm, WordForm
from reporting.targets.views.lists import (
    GET_OR_POST,
    list_url,
    period_or_404,
    refused,
    target_or_404,
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


@group_page(Permission.EDIT_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once
def target_add(request: GroupRequest, group: Group, first: int, last: int) -> HttpResponse:
    """Add a target to the period."""
    period = period_or_404(first, last)
    target_set = TargetSet.objects.filter(group=group, quadrennium=period).first()
    if reason := why_no_targets(group) or why_not_edit_targets(target_set, period, clock.today()):
        return refused_post(request, reason, list_url(group, period))
    form = restored(request, TargetForm(request.POST or None, period=period))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            target = actions.add_target(group=group, period=period, by=request.user, answers=form.answers)
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("%(code)s is added.") % {"code": target.code})
            if "another" in request.POST:
                return redirect("reporting:target-add", group.slug, first, last)
            return redirect(list_url(group, period))
    return _form_page(request, group, period, form, status=status)


@group_page(Permission.EDIT_TARGETS)
@require_http_methods(GET_OR_POST)
@acts_once(saves=True)
def target_edit(request: GroupRequest, group: Group, target: int) -> HttpResponse:
    """Change a target. If another person saved first, show both texts, so that neither is lost."""
    found = target_or_404(group, target)
    period = found.target_set.quadrennium
    if reason := why_not_edit_target(found, clock.today()):
        return refused_post(request, reason, found)
    form = restored(request, TargetForm(request.POST or None, period=period, target=found))
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
            status = refused(form, conflict)
        except DomainError as error:
            status = refused(form, error)
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
        return refused_post(request, reason, found)
    form = restored(request, WordForm(request.POST if request.method == "POST" else None))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop_target(target=found, by=request.user, why=form.cleaned_data["why"])
        except DomainError as error:
            status = refused(form, error)
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
