"""The deadlines for setting targets, approving them and reporting on them. No other module computes these days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from groups.models import Quadrennium
from reporting.models import ReportingYear

# Groups set their targets at the beginning of a quadrennium (guidelines 8.1.1); groups have three months.
SET_WITHIN = timedelta(days=90)
# House rule: the Chair's Office answers within a month what a group has sent.
ANSWER_WITHIN = timedelta(days=30)


def targets_due_on(period: Quadrennium) -> date:
    """The day by which a group sends its targets for the quadrennium."""
    return period.starts_on + SET_WITHIN


def answer_due_on(submitted_at: datetime) -> date:
    """The day by which the Chair's Office answers targets or a report that were sent."""
    return submitted_at.date() + ANSWER_WITHIN


def year_at_work(period: Quadrennium, opened: ReportingYear | None, day: date) -> int | None:
    """The year of the period whose progress is being recorded on the day; None before the period begins.

    `opened` is the latest year whose reports have opened. Groups record it until its reports are due, then
    they record the calendar year. For a period that is over, this is the last year of the period.
    """
    if day < period.starts_on:
        return None
    if (
        opened is not None
        and opened.year in period.years
        and (day <= opened.due_on or opened.year == day.year)
    ):
        return opened.year
    return min(day.year, period.years[-1])
