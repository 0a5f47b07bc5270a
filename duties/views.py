"""My tasks, and which mail a person wants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, hooks
from core.access import signed_in_page
from duties import actions, panels, queries, wording
from duties.forms import NotificationsForm
from duties.registry import Duty


@signed_in_page
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """Everything the person owes, over all groups, computed from the state of things."""
    day = clock.today()
    chosen = request.GET.get("group", "")
    with hooks.reading(request):
        tasks = queries.task_list(
            request.user, day, int(chosen) if chosen.isascii() and chosen.isdigit() else None
        )
    # A group that is not in the person's own list filters nothing and tells nothing.
    current = next((pk for pk, _name, _count in tasks.groups if str(pk) == chosen), None)
    if chosen and current is None:
        return redirect("duties:task-list")
    owed = [task.duty for section in tasks.sections for task in section.tasks]
    return render(
        request,
        "duties/task_list.html",
        {
            "tasks": tasks,
            "heading": wording.heading(tasks.count),
            "lead": wording.lead(
                len({duty.group_id for duty in owed if duty.group_id}), tasks.minutes, tasks.late
            ),
            "chips": _chips(tasks, current),
            "waiting": [_waiting(duty) for duty in tasks.waiting],
            "side": panels.side_parts(request, owed),
        },
    )


def _chips(tasks: queries.TaskList, current: int | None) -> list[dict[str, object]]:
    """The filter by group; nothing for people with one group."""
    if len(tasks.groups) < 2:
        return []
    url = reverse("duties:task-list")
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


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Which mail comes in any case, and the one kind that can be turned off."""
    form = NotificationsForm(initial={"wants_optional_mail": request.user.wants_optional_mail})
    if request.method == "POST":
        form = NotificationsForm(request.POST)
        if form.is_valid():
            actions.choose_optional_mail(person=request.user, wanted=form.cleaned_data["wants_optional_mail"])
            messages.success(request, _("Your choice is saved."))
            return redirect("duties:notifications")
    return render(request, "duties/notifications.html", {"form": form})
