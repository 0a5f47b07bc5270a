"""My tasks: all duties of a person in all groups, and the person's groups beside them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import clock
from duties import queries, wording
from duties.registry import Duty
from groups.access import AuthedRequest, request_roles, signed_in_page
from groups.models import Group
from groups.roles import role_names

GROUPS_SHOWN = 8


@signed_in_page
@require_safe
def task_list(request: AuthedRequest) -> HttpResponse:
    """The person's duties in all groups. They are computed at each visit and not stored."""
    day, chosen = clock.today(), request.GET.get("group", "")
    everything = queries.duties_of(request.user, day, request_roles(request))
    number = int(chosen) if chosen.isascii() and chosen.isdigit() else None
    tasks = queries.task_list(everything, day, number)
    # A group that is not in the person's own list is ignored, so that the page reveals nothing about it.
    current = next((pk for pk, _name, _count in tasks.groups if str(pk) == chosen), None)
    if chosen and current is None:
        return redirect("workspace:task-list")
    todo = [task.duty for section in tasks.sections for task in section.tasks]
    return render(
        request,
        "workspace/task_list.html",
        {
            "tasks": tasks,
            "heading": wording.heading(tasks.count),
            "lead": wording.lead(
                len({duty.group_id for duty in todo if duty.group_id}), tasks.minutes, tasks.late
            ),
            "chips": _chips(tasks, current),
            "waiting": [_waiting(duty) for duty in tasks.waiting],
            "groups": _groups(request, todo),
        },
    )


def _chips(tasks: queries.TaskList, current: int | None) -> list[dict[str, object]]:
    """Links that filter by group; empty for people with one group."""
    if len(tasks.groups) < 2:
        return []
    url = reverse("workspace:task-list")
    total = sum(count for _pk, _name, count in tasks.groups)
    chips: list[dict[str, object]] = [
        {"url": f"{url}?group={pk}", "label": name, "count": count, "current": pk == current}
        for pk, name, count in tasks.groups
    ]
    return [{"url": url, "label": _("All groups"), "count": total, "current": current is None}, *chips]


def _waiting(duty: Duty) -> dict[str, object]:
    since = _("Since %(date)s") % {"date": date_format(duty.since, "DATE_FORMAT")} if duty.since else ""
    group = _("%(group)s.") % {"group": duty.group_name} if duty.group_name else ""
    return {
        "title": duty.title,
        "url": duty.url,
        "text": " ".join(part for part in (group, duty.detail) if part),
        "aside": since,
    }


def _groups(request: HttpRequest, todo: list[Duty]) -> dict[str, Any] | None:
    """The person's groups, first those with duties; None for people without a group. One query."""
    held = request_roles(request).groups
    if not held:
        return None
    today = clock.today()
    counts = Counter(duty.group_id for duty in todo)
    late = {duty.group_id for duty in todo if duty.due_on is not None and duty.due_on < today}
    groups = sorted(
        Group.objects.filter(pk__in=held),
        key=lambda one: (one.pk not in late, not counts[one.pk], one.sort_key),
    )
    rows = [
        {
            "url": reverse("workspace:overview", args=[group.slug]),
            "name": group.name,
            "roles": ", ".join(role_names(held[group.pk])),
            "kind": "late" if group.pk in late else "wait" if counts[group.pk] else "done",
            "state": to_do(counts[group.pk]),
        }
        for group in groups[:GROUPS_SHOWN]
    ]
    return {"rows": rows, "url": reverse("workspace:my-groups") if len(groups) > GROUPS_SHOWN else ""}


def to_do(count: int) -> str:
    """The number of duties in a group, in words."""
    if count == 0:
        return _("Up to date")
    return ngettext("%(count)d to do", "%(count)d to do", count) % {"count": count}
