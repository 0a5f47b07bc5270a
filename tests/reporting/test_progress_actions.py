"""Several people record progress at the same time."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from core import scope
from core.errors import Conflict, NotAllowed
from core.models import AuditEntry
from reporting.errors import ProgressLocked, WrongTarget
from reporting.models import Progress, TargetStatus
from reporting.states import ReportState
from reporting.targets.progress import record_progress
from tests.pg.owner import as_owner
from tests.reporting import sets


@pytest.fixture
def target(group, cast):
    return sets.make_target(sets.make_agreed_set(group, cast["LE"], cast["CS"]), 1)


@pytest.fixture
def inside(group, target):
    with scope.group_scope(group):
        yield group


def record(target, by, *, year=sets.NOW, status="on-track", **given):
    return record_progress(
        target=target, year=year, by=by, status=TargetStatus.objects.get(pk=status), **given
    )


@pytest.mark.parametrize("code", ["LE", "DE", "RL", "PO", "FP", "NS", "CS", "CA"])
def test_progress_is_recorded_by_those_who_write_for_the_group(inside, target, cast, code):
    entry = record(target, cast[code], quantity=Decimal(3), text="Three done")
    assert (entry.recorded_by, entry.quantity, entry.version) == (cast[code], Decimal(3), 1)


@pytest.mark.parametrize("code", ["ME", "TR", "SC", "DC", "SM", "RR", "SU", "AP", "OM"])
def test_progress_is_not_recorded_by_others(inside, target, cast, code):
    with pytest.raises(NotAllowed):
        record(target, cast[code])
    assert not Progress.objects.exists()


@pytest.mark.parametrize("year", [2025, 2027, 2030])
def test_only_begun_years_of_the_period_take_progress(inside, target, leader, year):
    with pytest.raises(ProgressLocked):
        record(target, leader, year=year)


def test_a_year_opens_on_its_first_day(inside, target, leader, settings):
    settings.CLOCK_SHIFT = timedelta(days=400)
    assert record(target, leader, year=2027).year == 2027


@pytest.mark.parametrize(
    ("state", "locked"),
    [
        (ReportState.DRAFT, False),
        (ReportState.RETURNED, False),
        (ReportState.SUBMITTED, True),
        (ReportState.ACCEPTED, True),
    ],
)
def test_progress_follows_the_report_of_its_year(inside, target, cast, state, locked):
    sets.make_report(inside, cast["LE"], cast["CS"], state=state)
    if not locked:
        assert record(target, cast["PO"]).version == 1
        return
    with pytest.raises(ProgressLocked, match="2026"):
        record(target, cast["PO"])
    assert not Progress.objects.exists()


def test_a_dropped_target_takes_no_progress(inside, target, leader):
    with as_owner():  # the group cannot drop agreed targets
        type(target).objects.update(dropped_at="2026-02-01T00:00Z", dropped_why="Closed")
    with pytest.raises(ProgressLocked):
        record(target, leader)


def test_a_figure_below_nothing_is_refused(inside, target, leader):
    with pytest.raises(WrongTarget):
        record(target, leader, quantity=Decimal("-0.01"))


def test_a_double_press_records_once(inside, target, leader):
    first = record(target, leader, quantity=Decimal(3))
    again = record(target, leader, quantity=Decimal(3))
    assert (first.pk, again.version) == (again.pk, 1)
    assert AuditEntry.objects.filter(verb="reporting.progress_recorded").count() == 1


def test_the_second_saver_sees_both_texts(inside, target, cast):
    record(target, cast["LE"], text="From the chair")
    with pytest.raises(Conflict) as conflict:
        record(target, cast["PO"], text="From the officer")
    assert (conflict.value.theirs["text"], conflict.value.yours["text"]) == (
        "From the chair",
        "From the officer",
    )
    assert record(target, cast["PO"], text="Both put together", version=1).text == "Both put together"


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_at_once_never_overwrite_each_other(group, cast):
    """One is saved. The second person sees both texts."""
    target = sets.make_target(sets.make_agreed_set(group, cast["LE"], cast["CS"]), 1)
    barrier = threading.Barrier(2, timeout=10)
    saved, refused = [], []

    def run(code):
        try:
            barrier.wait()
            with scope.group_scope(group):
                saved.append(record(target, cast[code], text=f"From {code}").text)
        except Conflict as conflict:
            refused.append(conflict.theirs["text"])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[code]) for code in ("LE", "PO")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved) == 1
    assert refused == saved
