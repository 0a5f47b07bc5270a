"""Offices, delegations and assignments end with what they rest on, and never come back by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock, scope
from core.errors import DomainError, NotAllowed
from groups import actions
from groups.access import roles_of
from groups.errors import OfficeRule
from groups.models import Appointment, AppointmentEnding, Quadrennium
from groups.queries import holders
from groups.roles import Permission, RoleCode
from groups.staff import appoint_staff, assign_support, end_staff
from members.actions import end_membership
from members.models import Membership
from members.states import HandshakeState
from tests import factories
from tests.members import helpers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def row(group, person, office):
    """The person's appointment to the office that was made last."""
    with scope.group_scope(group):
        rows = Appointment.objects.filter(person=person, office=office).select_related("group", "person")
        return rows.latest("pk")


def delegate(group, cast, days=30):
    today = clock.today()
    return actions.delegate_leadership(
        group=group,
        deputy=cast["DE"],
        by=cast["LE"],
        starts_on=today,
        ends_on=today + days * DAY,
        note="Invitations",
    )


def codes(group, person, on=None):
    return roles_of(person, on).groups.get(group.pk, frozenset())


def endings(group, office):
    """The days on which appointments to the office ended by a row."""
    with scope.group_scope(group):
        rows = AppointmentEnding.objects.filter(appointment__office=office).order_by("pk")
        return list(rows.values_list("from_day", flat=True))


def deputy_again(group, cast):
    actions.appoint_to_office(group=group, person=cast["DE"], office="deputy_chair", by=cast["LE"])


def test_a_delegation_ends_with_the_deputys_office_and_a_new_appointment_does_not_bring_it_back(group, cast):
    delegate(group, cast)
    assert "DD" in codes(group, cast["DE"])
    actions.end_appointment(appointment=row(group, cast["DE"], "deputy_chair"), by=cast["LE"])
    assert endings(group, "delegate") == [clock.today()]
    deputy_again(group, cast)
    assert codes(group, cast["DE"]) == {"ME", "DE"}
    assert not roles_of(cast["DE"]).may(Permission.INVITE_PERSON, group)
    delegate(group, cast)
    assert "DD" in codes(group, cast["DE"])


def test_a_delegation_ends_with_the_leaders_office_and_does_not_come_back_with_a_new_term(group, cast):
    delegate(group, cast)
    actions.end_leader(appointment=row(group, cast["LE"], "chair"), by=cast["SC"])
    assert endings(group, "delegate") == [clock.today()]
    actions.appoint_leader(
        group=group, person=cast["LE"], office="chair", by=cast["SC"], starts_on=clock.today()
    )
    assert "LE" in codes(group, cast["LE"])
    assert "DD" not in codes(group, cast["DE"])


def test_a_delegation_whose_deputys_office_ended_by_a_row_alone_does_not_count(group, cast):
    """The read side asks for the office itself: no action of ours wrote this ending."""
    delegate(group, cast)
    factories.end_appointment(row(group, cast["DE"], "deputy_chair"))
    assert codes(group, cast["DE"]) == {"ME"}
    deputy_again(group, cast)
    assert codes(group, cast["DE"]) == {"ME", "DE"}
    with scope.group_scope(group):
        assert "DD" not in holders(clock.today(), [group.pk])[group.pk]


def test_a_delegation_that_was_to_end_later_ends_with_the_office_all_the_same(group, cast):
    made = delegate(group, cast)
    actions.end_appointment(appointment=made, by=cast["LE"], from_day=clock.today() + 20 * DAY)
    assert "DD" in codes(group, cast["DE"])
    actions.end_appointment(appointment=row(group, cast["DE"], "deputy_chair"), by=cast["LE"])
    deputy_again(group, cast)
    assert "DD" not in codes(group, cast["DE"])


def test_a_delegation_does_not_pass_from_one_term_to_the_next(group, cast):
    leader = factories.make_member(group).person
    today = clock.today()
    for first, last in ((today, today + 9 * DAY), (today + 10 * DAY, today + 90 * DAY)):
        factories.appoint(group, leader, "co_chair", starts_on=first, ends_on=last)
    given = {"group": group, "deputy": cast["DE"], "by": leader, "starts_on": today, "note": "All"}
    with pytest.raises(OfficeRule):
        actions.delegate_leadership(**given, ends_on=today + 30 * DAY)
    actions.delegate_leadership(**given, ends_on=today + 9 * DAY)
    assert "DD" in codes(group, cast["DE"], today + 9 * DAY)
    assert "DD" not in codes(group, cast["DE"], today + 10 * DAY)


def test_the_signature_on_an_invitation_does_not_come_back_with_a_new_term(group, cast):
    """The person accepts, and a leader of today has to confirm it, as after any end of the inviting leader's office."""
    guest = factories.make_person()
    handshake = helpers.invite(group, cast["LE"], email=guest.email)
    actions.end_leader(appointment=row(group, cast["LE"], "chair"), by=cast["SC"])
    actions.appoint_leader(
        group=group, person=cast["LE"], office="chair", by=cast["SC"], starts_on=clock.today()
    )
    assert helpers.accept(handshake, guest).state == HandshakeState.REQUESTED
    assert helpers.memberships(group, guest) == []


@pytest.mark.parametrize("code", ["DE", "PO", "TR", "FP"])
def test_an_office_of_the_group_ends_with_the_membership_and_does_not_come_back(group, cast, code):
    person = cast[code]
    with scope.group_scope(group):
        membership = Membership.objects.on().select_related("group", "person").get(person=person)
    end_membership(membership=membership, by=cast["LE"], reason="No longer active")
    helpers.accept(helpers.invite(group, cast["LE"], email=person.email), person)
    assert codes(group, person) == {"ME"}


@pytest.mark.parametrize("code", ["DE", "PO", "TR", "FP"])
def test_an_office_of_the_group_ends_with_a_membership_that_ended_by_a_row_alone(group, cast, code):
    with scope.group_scope(group):
        membership = Membership.objects.get(person=cast[code])
    factories.end_membership(membership)
    assert codes(group, cast[code]) == frozenset()
    factories.make_member(group, cast[code], starts_on=clock.today())
    assert codes(group, cast[code]) == {"ME"}


def test_ending_a_membership_of_the_past_changes_nothing_that_rests_on_the_present_one(group, cast):
    former = Quadrennium.objects.get(label="2021–2025")
    person = factories.make_person()
    past = factories.make_member(
        group, person, quadrennium=former, starts_on=former.starts_on, ends_on=former.ends_on
    )
    factories.appoint(group, person, "treasurer")
    assert codes(group, person) == {"ME", "TR"}
    with pytest.raises(DomainError) as refused:
        end_membership(membership=past, by=cast["LE"], reason="Again")
    assert refused.value.code == "membership_over"
    assert codes(group, person) == {"ME", "TR"}


def test_an_office_may_not_last_longer_than_the_membership(group, cast, member):
    with scope.group_scope(group):
        last = Membership.objects.get(person=member).ends_on
    assert last is not None

    def appoint(ends_on):
        return actions.appoint_to_office(
            group=group, person=member, office="treasurer", by=cast["LE"], ends_on=ends_on
        )

    with pytest.raises(OfficeRule) as refused:
        appoint(last + DAY)
    assert refused.value.code == "too-long"
    assert appoint(last).ends_on == last


def test_network_support_ends_with_the_persons_role_on_the_staff(group, other_group, cast):
    person = factories.make_person()
    staff = appoint_staff(person=person, role=RoleCode.OFFICE_STAFF, by=cast["CA"])
    for place in (group, other_group):
        assign_support(group=place, person=person, by=cast["CA"])
    assert codes(group, person) == codes(other_group, person) == {"NS"}
    end_staff(appointment=staff, by=cast["CA"], reason="Left the office")
    assert roles_of(person).all_codes == frozenset()
    appoint_staff(person=person, role=RoleCode.OFFICE_STAFF, by=cast["CA"])
    assert roles_of(person).all_codes == {"CS"}
    end_staff(appointment=staff, by=cast["CA"])  # a second time changes nothing
    assert roles_of(person).all_codes == {"CS"}


def test_network_support_lasts_no_longer_than_the_persons_role_on_the_staff(group, cast):
    person, last = factories.make_person(), clock.today() + 20 * DAY
    appoint_staff(person=person, role=RoleCode.OFFICE_STAFF, by=cast["CA"], ends_on=last)
    with pytest.raises(OfficeRule):
        assign_support(group=group, person=person, by=cast["CA"], ends_on=last + DAY)
    assert assign_support(group=group, person=person, by=cast["CA"]).ends_on == last


@pytest.mark.parametrize("code", ["CS", "NS", "LE", "SC"])
def test_only_an_administrator_ends_a_role_on_the_staff(cast, code):
    staff = appoint_staff(person=factories.make_person(), role=RoleCode.OFFICE_STAFF, by=cast["CA"])
    if code == "SC":  # who appoints no staff either
        assert not roles_of(cast[code]).everywhere(Permission.APPOINT_STAFF)
    with pytest.raises(NotAllowed):
        end_staff(appointment=staff, by=cast[code])
