"""Who has which duty about annual reports."""

from datetime import date, timedelta

import pytest

from core import clock, scope
from duties.registry import DutyQuery
from reporting.reports.duties import duties
from reporting.review import actions as review
from tests import factories
from tests.reporting import written

pytestmark = pytest.mark.django_db


def owed(person=None, **more):
    with scope.read_everywhere("own-duties"):
        return {
            duty.key.split(":")[0]: duty
            for duty in duties(DutyQuery(clock.today(), person, **more))
            if "2026" in duty.title
        }


def test_leader_owes_the_report_of_the_year_that_opened(group, cast):
    (duty,) = owed(cast["LE"]).values()
    assert (duty.key.partition(":")[0], duty.due_on, duty.people) == (
        "report",
        date(2027, 1, 31),
        (cast["LE"].pk,),
    )
    assert duty.title == "Write the 2026 annual report"
    assert duty.state_text == "0 of 9 sections"


def test_title_and_minutes_follow_what_is_written(group, cast):
    before = owed(cast["LE"])["report"]
    written.write(group, "act", cast["DE"])
    after = owed(cast["LE"])["report"]
    assert (after.key, after.title) == (before.key, "Finish the 2026 annual report")
    assert after.minutes < before.minutes


@pytest.mark.parametrize("role", ["DE", "ME", "TR", "SC", "SU", "OM"])
def test_others_owe_no_report(group, cast, role):
    assert owed(cast[role]) == {}


def test_sent_report_waits_for_the_leader_and_is_owed_by_network_support(group, cast):
    written.submit(group, cast["LE"])
    waiting = owed(cast["LE"])["report-waiting"]
    assert (waiting.waiting, waiting.since, waiting.due_on) == (True, clock.today(), None)
    duty = owed(cast["NS"])["report-review"]
    assert duty.due_on == clock.today() + timedelta(days=30)
    assert owed(cast["CA"]) == {}


def test_group_without_network_support_gives_no_single_duty_to_the_office(cast):
    place, lead = factories.make_group(), factories.make_person()
    factories.appoint(place, lead, "chair")
    written.submit(place, lead)
    assert owed(cast["CA"]) == owed(cast["CS"]) == {}


def test_returned_report_asks_for_answers_by_its_own_deadline(group, cast):
    report = written.submit(group, cast["LE"])
    written.decide(report, cast["CA"], "returned", message="More", answer_by=date(2027, 2, 15))
    duty = owed(cast["LE"])["report-answer"]
    assert duty.due_on == date(2027, 2, 15)


def test_extension_moves_the_duty(group, cast):
    with scope.group_scope(group):
        review.extend_deadline(
            group=group, year=written.year(), to=date(2027, 4, 1), why="Floods", by=cast["CA"]
        )
    assert owed(cast["LE"])["report"].due_on == date(2027, 4, 1)


def test_accepted_report_is_owed_by_nobody(group, cast):
    written.publish(group, cast["LE"], cast["CA"])
    assert owed(cast["LE"]) == owed(cast["NS"]) == {}


def test_closed_group_owes_nothing(group, cast):
    group.closed_on = clock.today()
    group.save()
    assert owed(cast["LE"]) == {}


def test_duties_of_everybody_cost_four_queries(group, cast, django_assert_num_queries):
    for _number in range(3):
        place = factories.make_group()
        factories.appoint(place, factories.make_person(), "chair")
    owed()  # what is read once per process
    with scope.read_everywhere("own-duties"), django_assert_num_queries(4):
        assert len({duty.group_id for duty in duties(DutyQuery(clock.today()))}) == 5
