"""My tasks: what waits for the Chair's Office, a person's duties in all groups, and the person's groups beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
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
from groups.access import AuthedRequest, PersonRoles, request_roles, signed_in_page
from groups.models import Group
from groups.roles import Permission, role_names
from reporting import network
from reporting.review.duties import in_words

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
    queue = _queue(request) if current is None else None
    return render(
        request,
        "workspace/task_list.html",
        {
            "tasks": tasks,
            "queue": queue,
            # A person whose only work is the queue reads it in the heading, and never that there is nothing to do.
            "heading": queue.sentence if queue and not tasks.count else wording.heading(tasks.count),
            "lead": wording.lead(
                len({duty.group_id for duty in todo if duty.group_id}), tasks.minutes, tasks.late
            ),
            "chips": _chips(tasks, current),
            "waiting": [_waiting(duty) for duty in tasks.waiting],
            "groups": _groups(request, todo),
        },
    )


@dataclass(frozen=True)
class Queue:
    """What waits for a decision of the Chair's Office: one sentence, the lists, and the one that waits longest."""

    sentence: str
    # What has no network support, and so is for the office as a whole; empty when each has a person.
    unassigned: str
    lists: list[dict[str, str]]
    first: dict[str, str] | None


def _queue(request: AuthedRequest) -> Queue | None:
    """The queue for staff who decide in every group; None for others, and when nothing waits. Six queries."""
    held, day = request_roles(request), clock.today()
    if not held.everywhere(Permission.REVIEW_REPORT):
        return None
    reports, targets = network.waiting_reports(held, day), network.waiting_targets(held, day)
    number = len(reports) + len(targets)
    if not number:
        return None
    open_ = sum(not row.network_support for row in (*reports, *targets))
    return Queue(
        sentence=ngettext("%(what)s is waiting for review", "%(what)s are waiting for review", number)
        % {"what": in_words(len(reports), len(targets))},
        unassigned=ngettext(
            "%(n)d of them belongs to a group without network support.",
            "%(n)d of them belong to groups without network support.",
            open_,
        )
        % {"n": open_}
        if open_
        else "",
        lists=[
            {"url": network.waiting_url(listing), "label": label}
            for listing, label, rows in (
                (network.REPORTS, _("All reports to review"), reports),
                (network.TARGETS, _("All target sets to review"), targets),
            )
            if rows
        ],
        first=_first(held, reports, targets),
    )


def _first(
    held: PersonRoles, reports: list[network.Row], targets: list[network.Row]
) -> dict[str, str] | None:
    """The link to what waits longest and may be decided by the person."""
    waiting = [
        (sent, row, listing)
        for listing, rows in ((network.REPORTS, reports), (network.TARGETS, targets))
        for row in rows
        if (sent := row.standing.submitted_at) and network.may_review(held, row, listing)
    ]
    if not waiting:
        return None
    sent, row, listing = min(waiting, key=lambda one: (one[0], one[1].group.pk))
    values = {"group": row.group.name, "years": "–".join(str(year) for year in row.years)}
    about_report = listing is network.REPORTS
    return {
        "title": (
            _("Review the %(years)s annual report of the %(group)s")
            if about_report
            else _("Review the targets %(years)s of the %(group)s")
        )
        % values,
        "url": network.review_url(listing, row, network.waiting_query()),
        "since": _("Sent on %(date)s") % {"date": date_format(sent, "DATE_FORMAT")},
    }


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
