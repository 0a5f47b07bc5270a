"""Duties that a test defines itself, in place of the duties that the apps compute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from core import clock
from duties import registry
from duties.registry import Duty


class Laid:
    """The duties that everybody owes during the test; each test fills the list."""

    def __init__(self):
        self.duties: list[Duty] = []

    def owe(
        self,
        *people,
        key="report:1:2026",
        title="Finish the 2026 annual report",
        due_in=0,
        due_on=None,
        **fields,
    ):
        """Add a duty that is due in so many days (negative: overdue) and return it."""
        due = due_on or (None if due_in is None else clock.today() + timedelta(days=due_in))
        fields.setdefault("url", "/en/g/cat/report/2026/")
        duty = Duty(key=key, title=title, due_on=due, people=tuple(p.pk for p in people), **fields)
        self.duties.append(duty)
        return duty

    def provide(self, query):
        return [d for d in self.duties if query.person is None or query.person.pk in d.people]


@pytest.fixture
def laid(monkeypatch):
    """No duties but the ones of the test."""
    laid = Laid()
    monkeypatch.setattr(registry, "_providers", {"laid": laid.provide})
    return laid


@pytest.fixture
def at(settings):
    """Move the portal's clock to noon of a day."""

    def move(day: date) -> None:
        settings.CLOCK_SHIFT = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timezone.now()

    return move
