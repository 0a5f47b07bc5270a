"""Who has to do what by when: one derived list, declared by each app in its `duties.py`.

My tasks and reminders are views of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Step:
    """One reminder: its name and the window of days, counted from the due day, in which it may be sent.

    A step is due from `opens` (negative: before the due day) until the next step opens; it is a window and
    never one day, so after an outage the step that is due is still sent, once.
    """

    name: str
    opens: int


# A week before, on the day after, two weeks late.
STANDARD_STEPS = (Step("week_before", -7), Step("overdue", 1), Step("two_weeks_late", 14))


@dataclass(frozen=True)
class Duty:
    """One thing that people have to do.

    `key` names the kind of duty, the object and the period, and is stable ("report:42:2026"). `people` are the ids of
    the people who have to do it, or of the one person that a query is about. `state` is a status sign of the design
    (late, wait, going, todo) with `state_text` beside it.
    """

    key: str
    title: str
    url: str
    due_on: date | None
    people: tuple[int, ...]
    group_id: int | None = None
    group_name: str = ""
    detail: str = ""
    minutes: int = 0
    state: str = "todo"
    state_text: str = ""
    steps: tuple[Step, ...] = STANDARD_STEPS
    # Waiting for another person: shown apart, never reminded.
    waiting: bool = False
    since: date | None = None


@dataclass(frozen=True)
class DutyQuery:
    """Which duties a provider is asked for: those of one person, of some groups, or all of them, on a day."""

    day: date
    person: User | None = None
    group_ids: tuple[int, ...] | None = None
    # The person's roles on the day (groups.access.PersonRoles), when the caller has read them already.
    held: Any = None


Provider = Callable[[DutyQuery], Iterable[Duty]]
_providers: dict[str, Provider] = {}


def provider(name: str) -> Callable[[Provider], Provider]:
    """Register the function that derives an app's duties."""

    def register(function: Provider) -> Provider:
        _providers[name] = function
        return function

    return register


def duties(query: DutyQuery) -> list[Duty]:
    """All duties that fit the query, in order."""
    return in_order(duty for function in _providers.values() for duty in function(query))


def in_order(found: Iterable[Duty]) -> list[Duty]:
    """Duties by due day, the earliest first; then those without a day, then those that wait for another person."""
    return sorted(
        found, key=lambda duty: (duty.waiting, duty.due_on is None, duty.due_on or date.max, duty.key)
    )
