"""Pages that show a group's targets: the list of a period, one target, the public page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import clock, scope
from core.errors import DomainError
from core.htmx import list_page
from core.tables import csv_text
from groups.access import GroupRequest, group_page, public_page, request_roles
from groups.models import Group, Quadrennium
from groups.roles import Permission
from reporting.deadlines import targets_due_on
from reporting.models import Target, TargetSet
from reporting.states import TargetSetState
from reporting.targets import cycle, exports, history, present
from reporting.targets import queries as targets
from reporting.targets.access import why_no_targets, why_not_edit_target, why_not_edit_targets

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
    rows = TargetSet.objects.select_related("submitted_by")
    target_set = get_object_or_404(rows, group=group, quadrennium=period)
    target_set.quadrennium = period
    return target_set


def refused(form: Any, error: DomainError) -> int:
    """Show the error on the form. Returns the status of the response."""
    form.add_error(None, str(error))
    return error.status


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
    partner = why_no_targets(group)
    locked = partner or why_not_edit_targets(target_set, period, today)
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
            "partner": partner,
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


@public_page
@require_GET
def target_public(request: HttpRequest, group: str) -> HttpResponse:
    """The public page of a group's approved targets, with their status in accepted reports."""
    found = get_object_or_404(Group.objects.select_related("category"), slug=group)
    with scope.group_scope(found):
        periods = cycle.public_targets(found)
        return render(request, "reporting/target_public.html", {"group": found, "periods": periods})
