"""The list of tasks: the order of its lines and their texts."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from duties import registry, wording
from duties.queries import due_step, duties_of, task_list, task_of
from duties.registry import STANDARD_STEPS, Duty, Step

DAY = date(2026, 3, 6)


def duty(due_on, **fields):
    given = {"key": "a:1:2026", "title": "T", "url": "/en/", "people": (1,)}
    return Duty(due_on=due_on, **{**given, **fields})


@pytest.mark.parametrize(
    ("days", "state", "text", "expected"),
    [
        (-9, "going", "7 of 9 sections", ("late", "9 days overdue")),
        (-1, "todo", "", ("late", "1 day overdue")),
        (0, "todo", "", ("wait", "Due today")),
        (1, "todo", "", ("wait", "Due tomorrow")),
        (3, "todo", "", ("wait", "Due in 3 days")),
        (3, "going", "7 of 9 sections", ("going", "7 of 9 sections")),
        (20, "going", "7 of 9 sections", ("going", "7 of 9 sections")),
        (20, "todo", "", ("todo", "Not started")),
    ],
)
def test_a_task_says_how_late_or_how_soon(days, state, text, expected):
    task = task_of(duty(DAY + timedelta(days=days), state=state, state_text=text), DAY)
    assert (task.kind, task.status, task.late) == (*expected, days < 0)


def test_a_task_says_group_minutes_and_detail():
    task = task_of(duty(DAY, group_name="Cat Specialist Group", minutes=10, detail="Extended."), DAY)
    assert task.meta == "Cat Specialist Group. About 10 minutes. Extended."


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (-8, None),
        (-7, "week_before"),
        (0, "week_before"),
        (1, "overdue"),
        (13, "overdue"),
        (14, "two_weeks_late"),
    ],
)
def test_a_step_is_a_window_until_the_next_one_opens(days, step):
    found = due_step(duty(DAY), DAY + timedelta(days=days))
    assert (found.name if found else None) == step


def test_the_last_step_stays_open():
    assert due_step(duty(DAY), DAY + timedelta(days=4000)).name == "two_weeks_late"


def test_nothing_is_due_of_what_waits_for_others_or_has_no_day():
    assert due_step(duty(DAY - timedelta(days=30), waiting=True), DAY) is None
    assert due_step(duty(None), DAY) is None


@settings(deadline=None)
@given(st.lists(st.integers(-60, 60), min_size=1, max_size=5, unique=True))
def test_every_configured_step_is_reached_by_moving_the_clock(opens):
    steps = tuple(Step(f"s{n}", n) for n in opens)
    seen = {
        found.name
        for days in range(-70, 70)
        if (found := due_step(duty(DAY, steps=steps), DAY + timedelta(days=days)))
    }
    assert seen == {step.name for step in steps}


@pytest.mark.django_db
def test_tasks_stand_in_sections_and_waiting_apart(member, laid, at):
    at(DAY)
    for key, due in {
        "late": DAY - timedelta(days=9),
        "soon": DAY + timedelta(days=7),
        "month": DAY + timedelta(days=8),
        "later": DAY + timedelta(days=60),
        "open": None,
    }.items():
        laid.owe(member, key=key, title=key, due_on=due, due_in=None, minutes=10)
    laid.owe(member, key="theirs", title="theirs", due_in=None, waiting=True)
    tasks = task_list(duties_of(member, clock.today()), clock.today())
    shown = {section.key: [task.duty.title for task in section.tasks] for section in tasks.sections}
    assert shown == {"now": ["late", "soon"], "month": ["month"], "later": ["later", "open"]}
    assert [one.title for one in tasks.waiting] == ["theirs"]
    assert (tasks.count, tasks.late, tasks.minutes) == (5, 1, 50)


@pytest.mark.django_db
def test_somebody_elses_duty_is_not_listed_even_when_a_provider_gives_it(member, stranger, laid, monkeypatch):
    laid.owe(member)
    monkeypatch.setitem(registry._providers, "laid", lambda query: laid.duties)
    assert task_list(duties_of(stranger, clock.today()), clock.today()).count == 0
    assert task_list(duties_of(member, clock.today()), clock.today()).count == 1


def test_counts_are_words_up_to_nine():
    assert [wording.heading(n) for n in (0, 1, 6, 12)] == [
        "You have nothing to do",
        "You have one thing to do",
        "You have six things to do",
        "You have 12 things to do",
    ]


def test_the_lead_adds_up_groups_time_and_lateness():
    assert wording.lead(3, 85, 1) == "Across three groups, about an hour and a half in all. One is overdue."
    assert wording.lead(1, 10, 0) == "In one group, about 10 minutes in all."
    assert wording.lead(0, 150, 2) == "About two and a half hours in all. Two are overdue."
    assert wording.lead(0, 0, 0) == ""


def test_the_standard_steps_are_in_order():
    assert [step.opens for step in STANDARD_STEPS] == sorted(step.opens for step in STANDARD_STEPS)
