"""Roles over time: only dated rows decide, and a change needs no job to take effect."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, scope
from groups import actions
from groups.access import roles_of
from groups.models import Appointment, AppointmentEnding, NetworkAppointment, NetworkAppointmentEnding
from groups.roles import FILLED_BY_LEADER, OFFICES, Permission, RoleCode
from tests import factories
from tests.pg.owner import as_owner

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SPAN = 12  # days around today in which everything happens


@dataclass(frozen=True)
class Term:
    """One appointment as a test draws it: days are counted from today."""

    office: str
    here: bool
    starts: int
    lasts: int | None
    ended: int | None  # how many days after the first one

    def holds(self, day: int) -> bool:
        """The naive model: from the first day, through the last, before the day of an ending."""
        if day < self.starts:
            return False
        if self.lasts is not None and day > self.starts + self.lasts:
            return False
        return self.ended is None or day < self.starts + self.ended


days = st.integers(-SPAN, SPAN)
terms = st.builds(
    Term,
    office=st.sampled_from(sorted(set(OFFICES) - {"delegate"})) | st.sampled_from(["CA", "SM", "SC"]),
    here=st.booleans(),
    starts=days,
    lasts=st.none() | st.integers(0, SPAN),
    ended=st.none() | st.integers(0, 2 * SPAN),
)


def write(person, term, place, today):
    """Store a drawn term. Return False when the database refuses it, because the person holds the office already."""
    values = {"person": person, "starts_on": today + term.starts * DAY}
    values["ends_on"] = None if term.lasts is None else values["starts_on"] + term.lasts * DAY
    from_day = None if term.ended is None else values["starts_on"] + term.ended * DAY
    try:
        with scope.group_scope(place), transaction.atomic(), as_owner():
            if term.office in OFFICES:
                topic = "planning" if OFFICES[term.office].has_topic else ""
                row = Appointment.objects.create(group=place, office=term.office, topic=topic, **values)
                if from_day is not None:
                    AppointmentEnding.objects.create(group=place, appointment=row, from_day=from_day)
                return True
            network_row = NetworkAppointment.objects.create(role=term.office, **values)
            if from_day is not None:
                NetworkAppointmentEnding.objects.create(appointment=network_row, from_day=from_day)
            return True
    except IntegrityError as error:
        if "already on these days" not in str(error):
            raise
        return False


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(terms, max_size=7), asked=days, left=st.none() | days, back=st.booleans())
def test_roles_equal_the_naive_model_on_every_day(group, other_group, history, asked, left, back):
    """The person is a member of both groups, leaves the first one on a day, and perhaps joins it again that day."""
    person, today = factories.make_person(), clock.today()
    membership = factories.make_member(group, person)
    factories.make_member(other_group, person)
    history = [term for term in history if write(person, term, group if term.here else other_group, today)]
    if left is not None:
        factories.end_membership(membership, today + left * DAY)
        if back:
            factories.make_member(group, person, starts_on=today + left * DAY)

    def grounded(term, day):
        """An office that the group fills ends with the membership, and a later membership never brings it back."""
        if term.office not in FILLED_BY_LEADER or not term.here or left is None or day < left:
            return True
        return back and term.starts >= left

    for day in (asked, 0, -1):
        held = roles_of(person, today + day * DAY)
        valid = [term for term in history if term.holds(day) and grounded(term, day)]
        assert held.network == {term.office for term in valid if term.office not in OFFICES}
        for place, here in ((group, True), (other_group, False)):
            expected = {OFFICES[t.office].role.code for t in valid if t.office in OFFICES and t.here is here}
            if not here or left is None or day < left or back:
                expected.add(RoleCode.MEMBER)
            assert held.groups.get(place.pk, frozenset()) == expected


@pytest.mark.parametrize("office", sorted(set(OFFICES) - {"delegate"}))
def test_an_office_whose_last_day_was_yesterday_gives_nothing_today(group, other_group, office):
    person, today = factories.make_person(), clock.today()
    topic = "planning" if OFFICES[office].has_topic else ""
    factories.appoint(group, person, office, topic=topic, starts_on=today - 9 * DAY, ends_on=today - DAY)
    code = OFFICES[office].role.code
    assert roles_of(person, today - DAY).groups[group.pk] - {"ME"} == {code}
    assert code not in roles_of(person).groups.get(group.pk, frozenset())
    if office not in FILLED_BY_LEADER:  # whose holder is a member as well
        assert not roles_of(person).knows(group)


def test_rights_never_add_up_across_groups(cast, group, other_group):
    person = factories.make_person()
    factories.make_member(group, person)
    factories.appoint(other_group, person, "chair")
    held = roles_of(person)
    assert held.may(Permission.EDIT_GROUP, other_group)
    assert not held.may(Permission.EDIT_GROUP, group)
    assert held.groups_where(Permission.EDIT_GROUP) == [other_group.pk]


def test_signed_out_and_inactive_people_hold_nothing(cast, leader):
    assert roles_of(AnonymousUser()).all_codes == frozenset()
    leader.is_active = False
    assert roles_of(leader).all_codes == frozenset()


def test_a_past_day_is_reproducible_after_everything_changed(group, cast, leader):
    day = clock.today() - 30 * DAY
    before = roles_of(leader, day)
    actions.close_group(group=group, by=cast["SC"])
    assert roles_of(leader, day) == before
