"""Who has to do what by when: one list, which each app derives in its `duties.py`.

My tasks and the reminders both show this list.
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
    """One reminder: its name, and the first day on which it may be sent, counted from the due day.

    A step is due from `opens` (negative: before the due day) until the next step opens. Because this is a window
    and not one day, the step that is due is still sent once after an outage.
    """

    name: str
    opens: int


# A week before the due day, one day after it, and two weeks after it.
STANDARD_STEPS = (Step("week_before", -7), Step("overdue", 1), Step("two_weeks_late", 14))


@dataclass(frozen=True)
class Duty:
    """One thing that people have to do.

    `key` names the kind of duty, the object and the period, and never changes ("report:42:2026"). `people` are the ids
    of the people who have to do it, or the id of the one person that a query is about. `state` is a kind of status
    (late, wait, going, todo), and `state_text` is its text.
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
    # Another person has to act: My tasks shows the duty separately, and no reminder is sent.
    waiting: bool = False
    since: date | None = None


@dataclass(frozen=True)
class DutyQuery:
    """The duties that a provider must return: those of one person, of some groups, or all of them, on a day."""

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
    """Return all duties that match the query, in order."""
    return in_order(duty for function in _providers.values() for duty in function(query))


def in_order(found: Iterable[Duty]) -> list[Duty]:
    """Sort duties by due day. Then come those without a day, then those that another person has to act on."""
    return sorted(
        found, key=lambda duty: (duty.waiting, duty.due_on is None, duty.due_on or date.max, duty.key)
    )
