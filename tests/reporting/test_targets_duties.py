"""The duties around targets."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, scope
from duties.registry import DutyQuery
from groups.access import roles_of
from reporting.states import ReportState, TargetSetState
from reporting.targets import duties
from tests import factories
from tests.reporting import sets

pytestmark = pytest.mark.django_db

SPRING, REPORTS_OPEN = date(2026, 3, 2), date(2026, 11, 20)


def owed(person=None, day=SPRING, group=None):
    """Duties by kind: (title, due day, people)."""
    query = DutyQuery(day=day, person=person, group_ids=(group.pk,) if group else None)
    with scope.read_everywhere("own-duties"):
        return {duty.key.partition(":")[0]: duty for duty in duties.duties(query)}


def test_leaders_owe_the_targets_of_the_quadrennium(group, cast):
    duty = owed(cast["LE"])["targets-set"]
    assert (duty.title, duty.due_on, duty.people) == (
        "Set the targets 2026–2029",
        date(2026, 4, 1),
        (cast["LE"].pk,),
    )
    assert duty.url.endswith("/g/cat/targets/2026-2029/")
    for code in ("DE", "RL", "PO", "FP", "TR", "ME", "NS", "CA", "SU"):
        assert "targets-set" not in owed(cast[code]), code


def test_sent_targets_wait_for_network_support_and_are_no_duty_of_the_leader(group, cast):
    sets.make_set(
        group, state=TargetSetState.SUBMITTED, submitted_by=cast["LE"], submitted_at="2026-02-20T09:00Z"
    )
    duty = owed(cast["NS"])["targets-agree"]
    assert (duty.due_on, duty.people, duty.waiting) == (date(2026, 3, 22), (cast["NS"].pk,), False)
    leader = owed(cast["LE"])
    assert set(leader) == {"targets-waiting"}
    assert (leader["targets-waiting"].waiting, leader["targets-waiting"].since) == (True, date(2026, 2, 20))
    assert owed(cast["CA"]) == {}


def test_a_group_without_network_support_gives_no_single_duty_to_the_office(other_group, cast):
    lonely = factories.make_group("Lonely Beetle Specialist Group")
    sets.make_set(
        lonely, state=TargetSetState.SUBMITTED, submitted_by=cast["LE"], submitted_at="2026-02-20T09:00Z"
    )
    assert owed(cast["CA"]) == owed(cast["CS"]) == {}


def test_returned_targets_are_owed_again_and_agreed_ones_no_more(group, cast):
    one = sets.make_set(
        group,
        state=TargetSetState.RETURNED,
        submitted_by=cast["LE"],
        submitted_at=clock.now(),
        decided_by=cast["CS"],
        decided_at=clock.now(),
    )
    assert owed(cast["LE"])["targets-set"].title == "Mend the targets 2026–2029"
    with sets.inside(group):
        for state in (TargetSetState.SUBMITTED, TargetSetState.AGREED):
            type(one).objects.update(state=state)
    assert owed(cast["LE"]) == {}


def test_progress_is_owed_once_reports_open_by_those_who_record(group, cast):
    agreed = sets.make_agreed_set(group, cast["LE"], cast["CS"])
    targets = [sets.make_target(agreed, number) for number in (1, 2, 3)]
    sets.make_progress(targets[0], cast["PO"])
    assert "progress" not in owed(cast["LE"], day=SPRING)
    duty = owed(cast["LE"], day=REPORTS_OPEN)["progress"]
    assert (duty.title, duty.due_on, duty.state_text) == (
        "Record 2026 progress for 2 targets",
        date(2027, 1, 31),
        "1 of 3 targets",
    )
    assert duty.people == (cast["LE"].pk,)
    everybodys = owed(day=REPORTS_OPEN, group=group)["progress"]
    assert (everybodys.key, everybodys.title, everybodys.due_on) == (duty.key, duty.title, duty.due_on)
    assert set(everybodys.people) == {cast[code].pk for code in ("LE", "DE", "RL", "PO", "FP")}
    for target in targets[1:]:
        sets.make_progress(target, cast["PO"])
    assert "progress" not in owed(cast["LE"], day=REPORTS_OPEN)


@pytest.mark.parametrize(
    ("state", "still"), [("draft", True), ("returned", True), ("submitted", False), ("accepted", False)]
)
def test_progress_is_owed_until_the_report_is_sent(group, cast, state, still):
    agreed = sets.make_agreed_set(group, cast["LE"], cast["CS"])
    sets.make_target(agreed, 1)
    report = sets.make_report(group, cast["LE"], cast["CS"], state=ReportState(state))
    with sets.inside(group):
        type(report).objects.update(extended_to=date(2027, 3, 1))
    found = owed(cast["LE"], day=REPORTS_OPEN)
    assert ("progress" in found) is still
    if still:
        assert found["progress"].due_on == date(2027, 3, 1)


def test_an_office_that_ended_yesterday_owes_nothing_today(group, cast):
    appointment = factories.appoint(group, factories.make_person(), "co_chair")
    assert "targets-set" in owed(appointment.person, day=clock.today())
    factories.end_appointment(appointment)
    assert owed(appointment.person, day=clock.today()) == {}


def test_closed_groups_and_partners_owe_no_targets(cast):
    for fields in ({"closed_on": date(2026, 1, 5)}, {"category": "center-for-species-survival"}):
        place = factories.make_group(**fields)
        person = factories.make_person()
        factories.appoint(place, person, "chair")
        assert owed(person) == {}


def test_the_duties_of_everybody_cost_the_same_queries_however_many_groups(group, cast):
    def asked(query):
        with CaptureQueriesContext(connection) as queries, scope.read_everywhere("own-duties"):
            found = list(duties.duties(query))
        return len(queries.captured_queries), len(found)

    owed(cast["LE"])  # what is read once per process
    costs, before = asked(DutyQuery(day=SPRING))
    assert costs == 4
    # Groups, sets and reports of one person, and the roles; a page has read the roles already.
    assert asked(DutyQuery(day=SPRING, person=cast["LE"]))[0] == 4
    assert asked(DutyQuery(day=SPRING, person=cast["LE"], held=roles_of(cast["LE"], SPRING)))[0] == 3
    assert asked(DutyQuery(day=SPRING, person=cast["ME"]))[1] == 0
    for _number in range(5):
        place = factories.make_group()
        factories.appoint(place, cast["LE"], "chair", starts_on=SPRING - timedelta(days=9))
    assert asked(DutyQuery(day=SPRING)) == (costs, before + 5)
