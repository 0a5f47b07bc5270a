"""Who owes what by when: one derived list, declared by each app in its `duties.py`.

My tasks, reminders, the office grid, the digest and the calendar feed are views of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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
    """One thing that somebody owes.

    `key` names kind, object and period and is stable ("report:42:2026"); `people` are ids of those who owe it,
    or the one person asked about;
    `state` is a status sign of the design (late, wait, going, todo) with `state_text` beside it.
    """

    key: str
    kind: str
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
    # Waiting for somebody else: shown apart, never reminded.
    waiting: bool = False
    since: date | None = None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """What a provider is asked for: the duties of one person, of one group, or all of them, on a day."""

    day: date
    person: User | None = None
    group_ids: tuple[int, ...] | None = None
    # The one group asked about, where the page that asks has it at hand.
    group: Any = None
    # What one provider has read for this question and another can use, and the page that asks too.
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


Provider = Callable[[Ask], Iterable[Duty]]
_providers: dict[str, Provider] = {}


def provider(kind: str) -> Callable[[Provider], Provider]:
    """Register the function that derives the duties of one kind."""

    def register(function: Provider) -> Provider:
        _providers[kind] = function
        return function

    return register


def duties(ask: Ask) -> list[Duty]:
    """All duties that fit the question: overdue first, then by due day, those without a day last."""
    found = [duty for function in _providers.values() for duty in function(ask)]
    return sorted(
        found, key=lambda duty: (duty.waiting, duty.due_on is None, duty.due_on or date.max, duty.key)
    )
