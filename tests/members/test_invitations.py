"""Invitations: who may send them, when their link works, and what happens after the state has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from core import clock
from core.errors import NotAllowed
from core.scope import group_scope
from members import actions
from members.errors import (
    AlreadyMember,
    ConditionsChanged,
    GroupTakesNobody,
    HandshakeClosed,
    LinkExpired,
    LinkUsed,
    WrongAddress,
)
from members.links import hashed
from members.models import Conditions, Handshake
from members.states import HandshakeState
from tests import factories
from tests.members.helpers import (
    accept,
    acts,
    fresh,
    invite,
    link_in_mail,
    mails,
    memberships,
    request,
    secret_in_mail,
)


@pytest.fixture
def guest(reference):
    return factories.make_person("Oyelaran", "Adebayo", email="guest@example.org")


def run_out(handshake):
    """Put an invitation's last moment into the past."""
    with group_scope(handshake.group_id):
        Handshake.objects.filter(pk=handshake.pk).update(expires_at=clock.now() - timedelta(seconds=1))


def test_invitation_goes_to_the_address_with_a_link_of_which_only_the_hash_is_kept(group, leader):
    handshake = invite(
        group, leader, " Guest@Example.org ", message="We need your camera traps.", language="fr"
    )
    secret = secret_in_mail("guest@example.org")
    assert handshake.email == "guest@example.org"
    assert handshake.state == HandshakeState.INVITED
    assert handshake.token_hash == hashed(secret)
    assert handshake.leader_signed_by == leader
    (mail,) = mails("invitation")
    assert mail.language == "fr"
    assert "/fr/invitation/" in mail.text
    assert "We need your camera traps." in mail.text
    assert "We need your camera traps." in mail.html
    assert secret not in str(vars(fresh(handshake)))


@pytest.mark.parametrize("code", ["ME", "DE", "RL", "PO", "TR", "FP", "NS", "CS", "CA", "SC", "SU", "OM"])
def test_only_leaders_invite(group, cast, code):
    with pytest.raises(NotAllowed):
        invite(group, cast[code])
    assert mails() == []


def test_a_leader_of_another_group_invites_nobody_here(group, cast):
    with pytest.raises(NotAllowed):
        invite(group, cast.other["LE"])


def test_a_deputy_invites_only_while_delegated(group, cast):
    factories.appoint(
        group, cast["DE"], "delegate", made_by=cast["LE"], ends_on=clock.today() + timedelta(days=30)
    )
    assert invite(group, cast["DE"]).state == HandshakeState.INVITED


def test_accepting_begins_a_membership_with_the_conditions_accepted(group, leader, guest):
    handshake = accept(invite(group, leader), guest)
    (membership,) = memberships(group, guest)
    assert handshake.state == HandshakeState.ACCEPTED
    assert membership.handshake == handshake
    assert membership.conditions == Conditions.in_force()
    assert membership.starts_on == clock.today()
    assert membership.ends_on == handshake.quadrennium.ends_on
    assert len(acts("members.membership_began")) == 1
    assert [(mail.to, mail.purpose) for mail in mails() if mail.purpose != "members.invitation"] == [
        (guest.email, "members.welcome"),
        (leader.email, "members.accepted"),
    ]


def test_accepting_twice_changes_nothing(group, leader, guest):
    handshake = invite(group, leader)
    accept(handshake, guest)
    before = len(mails())
    accept(handshake, guest)
    assert len(memberships(group, guest)) == 1
    assert len(mails()) == before


def test_another_address_grants_nothing(group, leader, guest, stranger):
    handshake = invite(group, leader)
    link = link_in_mail("guest@example.org")
    with pytest.raises(WrongAddress):
        accept(handshake, stranger, link=link)
    assert memberships(group, stranger) == []
    assert fresh(handshake).state == HandshakeState.INVITED


def test_an_address_that_is_not_proved_grants_nothing(group, leader, guest):
    handshake = invite(group, leader)
    EmailAddress.objects.filter(user=guest).update(verified=False)
    with pytest.raises(WrongAddress):
        accept(handshake, guest, link=link_in_mail("guest@example.org"))


def test_a_used_link_says_so_to_somebody_else(group, leader, guest):
    handshake = accept(invite(group, leader), guest)
    EmailAddress.objects.filter(user=guest).update(verified=False)
    later = factories.make_person(email="later@example.org")
    EmailAddress.objects.create(user=later, email="guest@example.org", verified=True)
    with pytest.raises(LinkUsed):
        accept(handshake, later)


def test_an_invitation_that_ran_out_is_refused_before_the_job_has_run(group, leader, guest):
    handshake = invite(group, leader)
    run_out(handshake)
    with pytest.raises(LinkExpired):
        accept(handshake, guest)
    assert memberships(group, guest) == []


def test_the_job_closes_what_ran_out_once(group, leader, guest):
    standing = invite(group, leader, "standing@example.org")
    handshake = invite(group, leader)
    run_out(handshake)
    assert actions.expire_handshakes() == 1
    assert actions.expire_handshakes() == 0
    assert fresh(handshake).state == HandshakeState.EXPIRED
    assert fresh(standing).state == HandshakeState.INVITED
    assert len(acts("members.invitation_expired")) == 1


def test_sending_again_makes_a_new_link_for_the_same_record_and_kills_the_old_one(group, leader, guest):
    handshake = invite(group, leader)
    old = link_in_mail("guest@example.org")
    run_out(handshake)
    actions.expire_handshakes()
    again = actions.send_again(handshake=handshake, by=leader)
    assert again.pk == handshake.pk
    with pytest.raises(HandshakeClosed):
        accept(handshake, guest, link=old)
    accept(handshake, guest, link=link_in_mail("guest@example.org"))
    assert len(memberships(group, guest)) == 1


def test_sending_again_twice_in_a_row_sends_once(group, leader):
    handshake = invite(group, leader)
    actions.send_again(handshake=handshake, by=leader)
    assert len(mails("invitation")) == 1


def test_inviting_again_after_it_ran_out_uses_the_same_record(group, leader):
    handshake = invite(group, leader)
    run_out(handshake)
    actions.expire_handshakes()
    assert invite(group, leader).pk == handshake.pk
    assert len(mails("invitation")) == 2


def test_inviting_twice_sends_once(group, leader):
    first = invite(group, leader)
    assert invite(group, leader) == first
    assert len(mails("invitation")) == 1


def test_a_withdrawn_invitation_is_dead_and_the_person_is_told(group, leader, guest):
    handshake = invite(group, leader)
    actions.withdraw(handshake=handshake, by=leader)
    with pytest.raises(HandshakeClosed):
        accept(handshake, guest, link=link_in_mail("guest@example.org"))
    assert [mail.to for mail in mails("withdrawn")] == ["guest@example.org"]
    actions.withdraw(handshake=handshake, by=leader)
    assert len(mails("withdrawn")) == 1


def test_declining_works_with_the_link_alone_and_tells_who_invited(group, leader):
    handshake = invite(group, leader)
    actions.decline_invitation(handshake=handshake, link=link_in_mail("guest@example.org"))
    assert fresh(handshake).state == HandshakeState.DECLINED
    assert fresh(handshake).closed_by is None
    assert [mail.to for mail in mails("declined")] == [leader.email]


def test_declining_without_the_link_takes_the_proved_address(group, leader, stranger):
    handshake = invite(group, leader)
    with pytest.raises(WrongAddress):
        actions.decline_invitation(handshake=handshake, by=stranger)
    assert fresh(handshake).state == HandshakeState.INVITED


def test_a_prepared_invitation_waits_for_a_leader(group, cast, guest):
    handshake = actions.prepare_invitation(
        group=group, by=cast["PO"], email="guest@example.org", given_name="Oyelaran", family_name="Adebayo"
    )
    assert handshake.state == HandshakeState.PREPARED
    assert mails() == []
    with pytest.raises(HandshakeClosed):
        accept(handshake, guest)
    with pytest.raises(NotAllowed):
        actions.send_again(handshake=handshake, by=cast["PO"])
    actions.send_again(handshake=handshake, by=cast["LE"])
    accept(handshake, guest)
    assert len(memberships(group, guest)) == 1


def test_the_programme_officer_withdraws_only_what_is_prepared(group, cast):
    prepared = actions.prepare_invitation(group=group, by=cast["PO"], email="one@example.org")
    sent = invite(group, cast["LE"], "two@example.org")
    assert actions.withdraw(handshake=prepared, by=cast["PO"]).state == HandshakeState.WITHDRAWN
    with pytest.raises(NotAllowed):
        actions.withdraw(handshake=sent, by=cast["PO"])
    assert mails("withdrawn") == []


def test_nobody_invites_themselves_or_a_member(group, cast):
    with pytest.raises(NotAllowed):
        invite(group, cast["LE"], cast["LE"].email)
    with pytest.raises(AlreadyMember):
        invite(group, cast["LE"], cast["ME"].email.upper())


def test_known_and_unknown_addresses_get_the_same_answer(group, leader, guest):
    known = invite(group, leader, guest.email)
    unknown = invite(group, leader, "nobody@example.org")
    assert (known.state, known.person_id) == (unknown.state, unknown.person_id)
    assert len({mail.subject for mail in mails("invitation")}) == 1


def test_inviting_somebody_who_asked_gives_the_second_signature(group, leader, guest):
    handshake = request(group, guest)
    result = invite(group, leader, guest.email, message="Welcome")
    assert result.pk == handshake.pk
    assert result.state == HandshakeState.ACCEPTED
    assert len(memberships(group, guest)) == 1
    assert mails("invitation") == []


def test_asking_to_join_while_invited_gives_the_second_signature(group, leader, guest):
    handshake = invite(group, leader)
    assert request(group, guest).pk == handshake.pk
    assert len(memberships(group, guest)) == 1


def test_one_person_invited_at_two_addresses_joins_once(group, leader, guest):
    EmailAddress.objects.create(user=guest, email="second@example.org", verified=True)
    first, second = invite(group, leader), invite(group, leader, "second@example.org")
    accept(second, guest)
    assert fresh(first).state == HandshakeState.WITHDRAWN
    assert len(memberships(group, guest)) == 1


def test_when_the_inviter_has_lost_the_office_another_leader_has_to_sign(group, leader, guest):
    second = factories.make_person("Tendai", "Mukwashi")
    office = factories.appoint(group, second, "co_chair")
    handshake = invite(group, second)
    factories.end_appointment(office)
    accept(handshake, guest)
    stored = fresh(handshake)
    assert stored.state == HandshakeState.REQUESTED
    assert (stored.leader_signed_by, stored.person) == (None, guest)
    assert memberships(group, guest) == []
    assert [mail.to for mail in mails("request_received")] == [leader.email]
    actions.accept_request(handshake=handshake, by=leader)
    assert len(memberships(group, guest)) == 1


def test_conditions_that_changed_are_not_accepted(group, leader, guest):
    handshake = invite(group, leader)
    old = Conditions.in_force()
    Conditions.objects.create(
        version="next", valid_from=clock.today(), text_en="New", text_fr="Nouveau", text_es="Nuevo"
    )
    with pytest.raises(ConditionsChanged):
        actions.accept_invitation(handshake=handshake, by=guest, conditions=old)
    assert memberships(group, guest) == []


def test_a_closed_group_invites_nobody_and_its_invitations_are_worth_nothing(group, leader, guest):
    handshake = invite(group, leader)
    group.closed_on = clock.today()
    group.save()
    with pytest.raises(GroupTakesNobody):
        invite(group, leader, "new@example.org")
    with pytest.raises(GroupTakesNobody):
        accept(handshake, guest)
    actions.close_open_handshakes(group=group, by=leader)
    assert fresh(handshake).state == HandshakeState.WITHDRAWN


def test_readdressing_sends_the_same_record_elsewhere_and_kills_the_old_link(group, leader, guest):
    handshake = invite(group, leader, "old@example.org")
    old = link_in_mail("old@example.org")
    moved = actions.readdress(handshake=handshake, by=leader, email="Guest@example.org")
    assert (moved.pk, moved.email) == (handshake.pk, "guest@example.org")
    with pytest.raises(HandshakeClosed):
        actions.decline_invitation(handshake=handshake, link=old)
    accept(handshake, guest, link=link_in_mail("guest@example.org"))
    assert len(memberships(group, guest)) == 1


def test_asking_for_a_new_link_tells_the_leader_once(group, leader):
    handshake = invite(group, leader)
    with pytest.raises(HandshakeClosed):
        actions.ask_for_new_link(handshake=handshake)
    run_out(handshake)
    actions.ask_for_new_link(handshake=handshake)
    actions.ask_for_new_link(handshake=handshake)
    assert [mail.to for mail in mails("new_link_asked")] == [leader.email]
