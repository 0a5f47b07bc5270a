"""Offices of a group and its closing: who may change them, and which changes are refused."""

from datetime import timedelta

import pytest

from core import clock, scope
from core.errors import NotAllowed
from groups import actions
from groups.access import roles_of
from groups.errors import GroupClosed, NotAMember, OfficeRule
from groups.models import Appointment, Group, Quadrennium
from groups.roles import FILLED_BY_LEADER, Permission
from tests import factories
from tests.factories import verbs

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def offices_of(person, group):
    """Role codes of a person in a group today."""
    return roles_of(person).groups.get(group.pk, frozenset())


def appointment_of(group, person, office):
    """The one appointment of a person to an office."""
    with scope.group_scope(group):
        return Appointment.objects.get(person=person, office=office)


# ------------------------------------------------------------------ appointing


def test_a_leader_appoints_a_member_who_has_the_right_at_once(group, leader, member):
    row = actions.appoint_to_office(group=group, person=member, office="programme_officer", by=leader)
    assert "PO" in offices_of(member, group)
    assert row.ends_on == Quadrennium.current().ends_on
    assert (row.made_by, row.starts_on) == (leader, clock.today())
    assert verbs(group) == ["groups.person_appointed"]


def test_appointing_twice_makes_one_appointment(group, leader, member):
    first = actions.appoint_to_office(group=group, person=member, office="treasurer", by=leader)
    second = actions.appoint_to_office(group=group, person=member, office="treasurer", by=leader)
    assert first.pk == second.pk
    assert verbs(group) == ["groups.person_appointed"]


def test_somebody_who_is_no_member_cannot_hold_an_office(group, leader, stranger):
    with pytest.raises(NotAMember):
        actions.appoint_to_office(group=group, person=stranger, office="treasurer", by=leader)
    assert offices_of(stranger, group) == frozenset()
    assert verbs(group) == []


def test_nobody_appoints_themselves(group, leader):
    with pytest.raises(NotAllowed) as refused:
        actions.appoint_to_office(group=group, person=leader, office="treasurer", by=leader)
    assert refused.value.code == "own-matter"


@pytest.mark.parametrize(
    "code", ["ME", "DE", "RL", "PO", "TR", "FP", "NS", "CS", "SC", "SM", "RR", "SU", "OM", "AP"]
)
def test_only_leaders_and_administrators_fill_the_offices_of_a_group(group, cast, code):
    person = factories.make_member(group).person
    with pytest.raises(NotAllowed):
        actions.appoint_to_office(group=group, person=person, office="treasurer", by=cast[code])
    assert offices_of(person, group) == {"ME"}


def test_an_administrator_of_the_office_fills_offices_too(group, cast, member):
    actions.appoint_to_office(group=group, person=member, office="treasurer", by=cast["CA"])
    assert "TR" in offices_of(member, group)


@pytest.mark.parametrize(
    "office", ["chair", "co_chair", "red_list_coordinator", "network_support", "delegate"]
)
def test_no_leader_session_appoints_to_an_office_above_the_group(group, leader, member, office):
    with pytest.raises(NotAllowed):
        actions.appoint_to_office(group=group, person=member, office=office, by=leader)
    with pytest.raises(NotAllowed):
        actions.appoint_leader(group=group, person=member, office=office, by=leader, starts_on=clock.today())
    assert offices_of(member, group) == {"ME"}


def test_a_leader_of_another_group_does_nothing_here(group, cast, member):
    with pytest.raises(NotAllowed):
        actions.appoint_to_office(group=group, person=member, office="treasurer", by=cast.other["LE"])


def test_a_focal_point_needs_a_topic_and_others_have_none(group, leader, member):
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(group=group, person=member, office="focal_point", by=leader)
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(group=group, person=member, office="treasurer", topic="planning", by=leader)
    actions.appoint_to_office(group=group, person=member, office="focal_point", topic="ex_situ", by=leader)
    assert "FP" in offices_of(member, group)


def test_an_office_does_not_begin_in_the_past_nor_end_before_it_begins(group, leader, member):
    today = clock.today()
    given = {"group": group, "person": member, "office": "treasurer", "by": leader}
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(**given, starts_on=today - DAY)
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(**given, starts_on=today + 2 * DAY, ends_on=today + DAY)
    assert offices_of(member, group) == {"ME"}


def test_an_office_held_already_is_not_given_over_itself(group, leader, member):
    given = {"group": group, "person": member, "office": "treasurer", "by": leader}
    actions.appoint_to_office(**given)
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(**given, ends_on=clock.today() + 5 * DAY)


def test_a_leader_is_not_made_their_own_deputy(group, cast):
    other_leader = factories.make_person()
    factories.make_member(group, other_leader)
    factories.appoint(group, other_leader, "co_chair")
    with pytest.raises(OfficeRule):
        actions.appoint_to_office(group=group, person=other_leader, office="deputy_chair", by=cast["LE"])


# ------------------------------------------------------------------ ending


def test_ending_an_office_takes_the_right_today(group, cast, leader):
    row = appointment_of(group, cast["TR"], "treasurer")
    actions.end_appointment(appointment=row, by=leader, reason="Moved away")
    assert "TR" not in offices_of(cast["TR"], group)
    assert "TR" in roles_of(cast["TR"], clock.today() - DAY).groups[group.pk]
    assert verbs(group) == ["groups.appointment_ended"]


def test_ending_twice_changes_nothing(group, cast, leader):
    row = appointment_of(group, cast["TR"], "treasurer")
    actions.end_appointment(appointment=row, by=leader)
    actions.end_appointment(appointment=row, by=leader)
    assert verbs(group) == ["groups.appointment_ended"]


def test_a_leader_ends_no_appointment_made_above_the_group(group, cast):
    second = factories.make_person()
    factories.appoint(group, second, "co_chair")
    for code, office in (("LE", "chair"), ("RL", "red_list_coordinator"), ("NS", "network_support")):
        row = appointment_of(group, cast[code], office)
        for act in (actions.end_appointment, actions.end_leader):
            with pytest.raises(NotAllowed):
                act(appointment=row, by=second)
        assert code in offices_of(cast[code], group)


def test_an_office_of_another_group_is_not_ended_from_here(group, cast, leader, other_group):
    row = appointment_of(other_group, cast.other["TR"], "treasurer")
    with pytest.raises(NotAllowed):
        actions.end_appointment(appointment=row, by=leader)
    assert "TR" in offices_of(cast.other["TR"], other_group)


def test_offices_end_with_the_membership_but_not_a_leaders(group, cast, leader):
    assert actions.end_offices_of(group=group, person=cast["PO"], by=leader) == 1
    assert actions.end_offices_of(group=group, person=cast["LE"], by=cast["CA"]) == 0
    assert "PO" not in offices_of(cast["PO"], group)
    assert "LE" in offices_of(cast["LE"], group)


# ------------------------------------------------------------------ delegating


def delegate(group, cast, **given):
    """Delegate to the deputy for ten days, unless told otherwise."""
    today = clock.today()
    values = {
        "group": group,
        "deputy": cast["DE"],
        "by": cast["LE"],
        "starts_on": today,
        "ends_on": today + 10 * DAY,
    }
    return actions.delegate_leadership(**{**values, "note": "Invitations while I travel", **given})


def test_a_delegated_deputy_acts_for_the_leader_until_the_last_day(group, cast):
    assert not roles_of(cast["DE"]).may(Permission.INVITE_PERSON, group)
    delegate(group, cast)
    assert roles_of(cast["DE"]).may(Permission.INVITE_PERSON, group)
    assert roles_of(cast["DE"], clock.today() + 10 * DAY).may(Permission.INVITE_PERSON, group)
    assert not roles_of(cast["DE"], clock.today() + 11 * DAY).may(Permission.INVITE_PERSON, group)


def test_only_a_deputy_is_delegated_to(group, cast):
    with pytest.raises(OfficeRule):
        delegate(group, cast, deputy=cast["PO"])
    with pytest.raises(OfficeRule):
        delegate(group, cast, deputy=cast.other["DE"])


def test_a_delegation_is_written_and_dated(group, cast):
    with pytest.raises(OfficeRule):
        delegate(group, cast, note="  ")
    with pytest.raises(OfficeRule):
        delegate(group, cast, starts_on=clock.today() - DAY)


def test_a_delegation_never_outlasts_the_leaders_own_office(group, cast):
    leader = factories.make_person()
    factories.make_member(group, leader)
    factories.appoint(group, leader, "co_chair", ends_on=clock.today() + 5 * DAY)
    with pytest.raises(OfficeRule):
        delegate(group, cast, by=leader)
    delegate(group, cast, by=leader, ends_on=clock.today() + 5 * DAY)
    assert "DD" in offices_of(cast["DE"], group)


def test_administrators_and_deputies_do_not_delegate(group, cast):
    for code in ("CA", "DE", "PO", "ME", "SC"):
        with pytest.raises(NotAllowed):
            delegate(group, cast, by=cast[code])


def test_a_delegation_falls_with_the_deputys_office_and_with_the_leaders(group, cast):
    delegate(group, cast)
    actions.end_appointment(appointment=appointment_of(group, cast["DE"], "deputy_chair"), by=cast["LE"])
    assert offices_of(cast["DE"], group) == {"ME"}

    vice = factories.make_member(group).person
    factories.appoint(group, vice, "vice_chair")
    delegate(group, cast, deputy=vice)
    assert "DD" in offices_of(vice, group)
    actions.end_leader(appointment=appointment_of(group, cast["LE"], "chair"), by=cast["SC"])
    assert offices_of(vice, group) == {"ME", "DE"}


# ------------------------------------------------------------------ leaders


@pytest.mark.parametrize("code", ["SC", "DC", "SM"])
def test_leaders_are_appointed_and_ended_by_the_chairs_and_the_committee(group, cast, member, code):
    row = actions.appoint_leader(
        group=group,
        person=member,
        office="co_chair",
        by=cast[code],
        starts_on=clock.today(),
        note="Decision 12",
    )
    assert "LE" in offices_of(member, group)
    actions.end_leader(appointment=row, by=cast[code])
    assert "LE" not in offices_of(member, group)
    assert verbs(group) == ["groups.leader_appointed", "groups.leader_ended"]


@pytest.mark.parametrize("code", ["LE", "DE", "RL", "PO", "NS", "CS", "CA", "RR", "SU", "ME", "OM"])
def test_nobody_else_appoints_a_leader(group, cast, code):
    person = factories.make_person()
    with pytest.raises(NotAllowed):
        actions.appoint_leader(
            group=group, person=person, office="chair", by=cast[code], starts_on=clock.today()
        )
    assert offices_of(person, group) == frozenset()


def test_nobody_decides_about_themselves_or_the_group_they_lead(group, cast, member):
    with pytest.raises(NotAllowed):
        actions.appoint_leader(
            group=group, person=cast["SM"], office="chair", by=cast["SM"], starts_on=clock.today()
        )
    factories.appoint(group, cast["SM"], "co_chair")
    with pytest.raises(NotAllowed) as refused:
        actions.appoint_leader(
            group=group, person=member, office="chair", by=cast["SM"], starts_on=clock.today()
        )
    assert refused.value.code == "own-matter"


# ------------------------------------------------------------------ closing


def test_closing_a_group_ends_every_office_and_every_later_change(group, cast, leader, member):
    actions.close_group(group=group, by=cast["SC"], reason="Joined another group")
    for code in ("LE", "DE", "RL", "PO", "TR", "FP", "NS"):
        assert code not in offices_of(cast[code], group), code
    with pytest.raises(GroupClosed):
        actions.update_details(group=group, by=leader, version=2, mission="Still here")
    with pytest.raises(GroupClosed):
        actions.appoint_to_office(group=group, person=member, office="treasurer", by=cast["CA"])
    with pytest.raises(GroupClosed):
        actions.appoint_leader(
            group=group, person=member, office="chair", by=cast["SC"], starts_on=clock.today()
        )


def test_closing_twice_tells_it_once_and_leaders_cannot_close(group, cast, leader):
    with pytest.raises(NotAllowed):
        actions.close_group(group=group, by=leader)
    actions.close_group(group=group, by=cast["SC"])
    actions.close_group(group=group, by=cast["SC"])
    assert verbs(group).count("groups.group_closed") == 1
    assert Group.objects.get(pk=group.pk).closed_on == clock.today()


def test_past_roles_stay_readable_after_the_end(group, cast, leader):
    actions.close_group(group=group, by=cast["SC"])
    assert "LE" in roles_of(leader, clock.today() - DAY).groups[group.pk]


def test_each_office_a_leader_fills_exists(group, leader):
    for office in sorted(FILLED_BY_LEADER):
        person = factories.make_member(group).person
        topic = "planning" if office == "focal_point" else ""
        row = actions.appoint_to_office(group=group, person=person, office=office, topic=topic, by=leader)
        assert row.office == office
