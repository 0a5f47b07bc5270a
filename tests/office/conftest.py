"""Fixtures: reports in certain states, for the office's pages."""

from datetime import timedelta

import pytest

from core import clock, scope
from reporting.models import Report, ReportingYear
from tests.pg.owner import as_owner


@pytest.fixture
def year(reference):
    """A reporting year that opened two months ago and was due nine days ago."""
    found = ReportingYear.objects.order_by("year").last()
    today = clock.today()
    ReportingYear.objects.exclude(pk=found.pk).update(
        opens_on=today - timedelta(days=900), due_on=today - timedelta(days=800)
    )
    found.opens_on, found.due_on = today - timedelta(days=60), today - timedelta(days=9)
    found.save()
    return found


def report(group, year, state, *, by=None, decided_by=None, days_ago=3, **fields):
    """A report of the group in a state, sent by a person so many days ago."""
    moment = clock.now() - timedelta(days=days_ago)
    if state in ("submitted", "accepted", "returned"):
        fields |= {"submitted_at": moment, "submitted_by": by}
    if state in ("accepted", "returned"):
        fields |= {"decided_at": moment, "decided_by": decided_by}
    with scope.group_scope(group), as_owner():
        return Report.objects.create(
            group=group, reporting_year=year, template=year.template, state=state, **fields
        )
