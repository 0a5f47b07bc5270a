"""Reads over the list of duties: one person's tasks in sections, and the step that a reminder is due for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import scope
from duties import wording
from duties.registry import Duty, DutyQuery, Step, duties

if TYPE_CHECKING:
    from accounts.models import User

# "Now" shows what is overdue and what is due within this number of days.
SOON = 7


@dataclass(frozen=True)
class Task:
    """One duty as My tasks shows it."""

    duty: Duty
    late: bool
    kind: str
    status: str
    meta: str

    @property
    def row(self) -> dict[str, object]:
        """The values that the component task_list draws."""
        return {
            "day": self.duty.due_on,
            "late": self.late,
            "title": self.duty.title,
            "url": self.duty.url,
            "kind": self.kind,
            "status": self.status,
            "meta": self.meta,
        }


@dataclass(frozen=True)
class TaskSection:
    """Tasks under one heading."""

    key: str
    title: str
    tasks: list[Task]

    @property
    def rows(self) -> list[dict[str, object]]:
        """The rows for the component task_list."""
        return [task.row for task in self.tasks]


@dataclass(frozen=True)
class TaskList:
    """Everything that My tasks shows. `waiting` are duties that another person has to act on."""

    sections: list[TaskSection]
    waiting: list[Duty]
    groups: list[tuple[int, str, int]]  # id, name, count: for the filter
    count: int
    late: int
    minutes: int


def duties_of(person: User, day: date, held: Any = None) -> list[Duty]:
    """Return a person's duties on a day in all groups, also those that another person has to act on.

    Each provider filters by the person's roles. Pass the roles as `held` when you have read them already.
    """
    with scope.read_everywhere("own-duties"):
        found = duties(DutyQuery(day=day, person=person, held=held))
    return [duty for duty in found if duty.waiting or person.pk in duty.people]


def task_list(everything: list[Duty], day: date, group_id: int | None = None) -> TaskList:
    """Sort a person's duties into sections: now (overdue and the next week), this month, later.

    With `group_id`, only duties of this group are shown.
    """
    found = [duty for duty in everything if group_id is None or duty.group_id == group_id]
    to_do = [duty for duty in found if not duty.waiting]
    tasks = [task_of(duty, day) for duty in to_do]
    return TaskList(
        sections=[section for section in _sections(tasks, day) if section.tasks],
        waiting=[duty for duty in found if duty.waiting],
        groups=_groups([duty for duty in everything if not duty.waiting]),
        count=len(to_do),
        late=sum(task.late for task in tasks),
        minutes=sum(duty.minutes for duty in to_do),
    )


def task_of(duty: Duty, day: date) -> Task:
    """Return a duty with the kind and words of its status.

    The status says first that the duty is overdue, then that it is due soon, then the duty's own state.
    """
    days = (duty.due_on - day).days if duty.due_on else None
    if days is not None and days < 0:
        kind, status = "late", wording.days_late(-days)
    elif days is not None and days <= SOON and duty.state in ("todo", "wait"):
        kind, status = "wait", wording.days_left(days)
    elif duty.state_text:
        kind, status = duty.state, duty.state_text
    else:
        kind, status = duty.state, _("Not started") if duty.state == "todo" else ""
    group = _("%(group)s.") % {"group": duty.group_name} if duty.group_name else ""
    meta = " ".join(part for part in (group, wording.minutes_phrase(duty.minutes), duty.detail) if part)
    return Task(duty=duty, late=days is not None and days < 0, kind=kind, status=status, meta=meta)


def _sections(tasks: list[Task], day: date) -> list[TaskSection]:
    soon = day + timedelta(days=SOON)

    def place(task: Task) -> str:
        due = task.duty.due_on
        if due is None:
            return "later"
        if due <= soon:
            return "now"
        return "month" if (due.year, due.month) == (day.year, day.month) else "later"

    this_month = _("Later in %(month)s") % {"month": date_format(day, "F")}
    titles = {"now": _("Now"), "month": this_month, "later": _("After that")}
    return [
        TaskSection(key, title, [task for task in tasks if place(task) == key])
        for key, title in titles.items()
    ]


def _groups(to_do: list[Duty]) -> list[tuple[int, str, int]]:
    """Return the groups of these duties by name: id, name, number of duties."""
    counts: dict[int, int] = {}
    names: dict[int, str] = {}
    for duty in to_do:
        if duty.group_id is not None:
            counts[duty.group_id] = counts.get(duty.group_id, 0) + 1
            names[duty.group_id] = duty.group_name
    return sorted(((pk, names[pk], count) for pk, count in counts.items()), key=lambda row: row[1].casefold())


def due_step(duty: Duty, day: date) -> Step | None:
    """Return the step whose window includes the day: the one that opened last, or None before the first opens.

    Windows follow each other without a gap, and the last window has no end. After a day without a run, a step is
    skipped only when a later step has replaced it.
    """
    if duty.waiting or duty.due_on is None:
        return None
    opened = [step for step in duty.steps if day >= duty.due_on + timedelta(days=step.opens)]
    return max(opened, key=lambda step: step.opens, default=None)
