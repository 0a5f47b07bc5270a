"""Requests to join, and the end of a membership."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from core import clock
from core.errors import DomainError, NotAllowed
from groups.access import roles_of
from members import actions
from members.errors import AlreadyMember, GroupTakesNobody, HandshakeClosed, WrongAddress
from members.states import HandshakeState
from tests import factories
from tests.members.helpers import acts, fresh, invite, mails, memberships, request


def test_a_request_waits_and_every_leader_is_told(group, cast, stranger):
    second = factories.make_person("Tendai", "Mukwashi")
    factories.appoint(group, second, "co_chair")
    handshake = request(group, stranger)
    assert handshake.state == HandshakeState.REQUESTED
    assert {mail.to for mail in mails("request_received")} == {cast["LE"].email, second.email}
    assert request(group, stranger).pk == handshake.pk
    assert len(mails("request_received")) == 2


def test_a_group_without_leader_has_its_contact_told(group, stranger):
    contact = factories.make_person("Marta", "Lindqvist")
    factories.appoint(group, contact, "network_support")
    request(group, stranger)
    assert [mail.to for mail in mails("request_received")] == [contact.email]


def test_accepting_begins_the_membership_and_sends_the_word(group, cast, stranger):
    handshake = request(group, stranger)
    actions.accept_request(handshake=handshake, by=cast["LE"], word="Glad you asked.")
    assert len(memberships(group, stranger)) == 1
    (mail,) = mails("welcome")
    assert "Glad you asked." in mail.text
    assert roles_of(stranger).codes_in(group) == {"ME"}
    actions.accept_request(handshake=handshake, by=cast["LE"])
    assert len(acts("members.membership_began")) == 1


def test_the_office_accepts_in_the_leaders_place_and_every_leader_is_told_and_may_end_it(
    group, cast, stranger
):
    handshake = actions.accept_request(handshake=request(group, stranger), by=cast["CA"])
    assert handshake.signed_in_leaders_place is True
    (mail,) = mails("accepted_in_leaders_place")
    assert mail.to == cast["LE"].email
    assert mail.subject == f"{cast['CA'].name} accepted {stranger.name}’s request on your behalf"
    assert len(acts("members.request_accepted_in_leaders_place")) == 1
    (membership,) = memberships(group, stranger)
    actions.end_membership(membership=membership, by=cast["LE"], reason="We had said no before.")
    assert memberships(group, stranger) == []


def test_a_leader_who_accepts_does_not_stand_in_for_anybody(group, cast, stranger):
    handshake = actions.accept_request(handshake=request(group, stranger), by=cast["LE"])
    assert handshake.signed_in_leaders_place is False
    assert mails("accepted_in_leaders_place") == []


@pytest.mark.parametrize(
    "code", ["ME", "DE", "RL", "PO", "TR", "FP", "NS", "CS", "SC", "DC", "SM", "SU", "OM"]
)
def test_only_leaders_and_administrators_decide(group, cast, stranger, code):
    handshake = request(group, stranger)
    with pytest.raises(NotAllowed):
        actions.accept_request(handshake=handshake, by=cast[code])
    with pytest.raises(NotAllowed):
        actions.decline_request(handshake=handshake, by=cast[code], word="No")
    assert fresh(handshake).state == HandshakeState.REQUESTED


def test_nobody_decides_their_own_request(group, stranger):
    factories.appoint(group, stranger, "chair")
    handshake = request(group, stranger)
    with pytest.raises(NotAllowed):
        actions.accept_request(handshake=handshake, by=stranger)


def test_declining_takes_a_word_and_sends_it(group, cast, stranger):
    handshake = request(group, stranger)
    with pytest.raises(DomainError) as refusal:
        actions.decline_request(handshake=handshake, by=cast["LE"], word=" ")
    assert refusal.value.code == "word_missing"
    actions.decline_request(handshake=handshake, by=cast["LE"], word="We are full this year.")
    (mail,) = mails("request_declined")
    assert mail.to == stranger.email
    assert "We are full this year." in mail.text
    with pytest.raises(HandshakeClosed):
        actions.accept_request(handshake=handshake, by=cast["LE"])


def test_a_person_takes_the_request_back(group, cast, stranger):
    handshake = request(group, stranger)
    with pytest.raises(NotAllowed):
        actions.withdraw_request(handshake=handshake, by=cast["ME"])
    actions.withdraw_request(handshake=handshake, by=stranger)
    with pytest.raises(HandshakeClosed):
        actions.accept_request(handshake=handshake, by=cast["LE"])


def test_asking_takes_a_proved_address(group, stranger):
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    with pytest.raises(WrongAddress):
        request(group, stranger)


def test_members_closed_groups_and_centres_take_no_request(group, member, stranger):
    with pytest.raises(AlreadyMember):
        request(group, member)
    centre = factories.make_group(
        "Center for Species Survival Sample", category="center-for-species-survival"
    )
    with pytest.raises(GroupTakesNobody):
        request(centre, stranger)
    group.closed_on = clock.today()
    group.save()
    with pytest.raises(GroupTakesNobody):
        request(group, stranger)


def test_asking_while_an_invitation_is_prepared_uses_that_record(group, cast, stranger):
    prepared = actions.prepare_invitation(group=group, by=cast["PO"], email=stranger.email)
    handshake = request(group, stranger)
    assert (handshake.pk, handshake.state) == (prepared.pk, HandshakeState.REQUESTED)


def test_an_ended_membership_gives_nothing_from_the_same_day_on(group, cast, member):
    (membership,) = memberships(group, member)
    with pytest.raises(DomainError) as refusal:
        actions.end_membership(membership=membership, by=cast["LE"])
    assert refusal.value.code == "reason_missing"
    actions.end_membership(membership=membership, by=cast["LE"], reason="Left the field.")
    assert roles_of(member).codes_in(group) == frozenset()
    (mail,) = mails("ended")
    assert mail.to == member.email
    assert "Left the field." in mail.text
    actions.end_membership(membership=membership, by=cast["LE"], reason="Again.")
    assert len(acts("members.membership_ended")) == 1


def test_a_member_leaves_and_the_leaders_are_told(group, cast, member):
    (membership,) = memberships(group, member)
    actions.end_membership(membership=membership, by=member)
    assert memberships(group, member) == []
    assert [mail.to for mail in mails("left")] == [cast["LE"].email]


def test_offices_that_leaders_fill_end_with_the_membership(group, cast):
    factories.appoint(
        group, cast["DE"], "delegate", made_by=cast["LE"], ends_on=clock.today() + timedelta(days=9)
    )
    (membership,) = memberships(group, cast["DE"])
    actions.end_membership(membership=membership, by=cast["LE"], reason="Moved on.")
    assert roles_of(cast["DE"]).codes_in(group) == frozenset()


def test_a_leader_ends_no_leaders_membership(group, cast):
    second = factories.make_person("Tendai", "Mukwashi")
    factories.make_member(group, second)
    factories.appoint(group, second, "co_chair")
    (membership,) = memberships(group, second)
    with pytest.raises(NotAllowed):
        actions.end_membership(membership=membership, by=cast["LE"], reason="A grudge.")
    with pytest.raises(NotAllowed):
        actions.end_membership(membership=membership, by=cast["ME"], reason="No right at all.")
    assert len(memberships(group, second)) == 1


def test_somebody_who_left_may_come_back_the_same_day(group, cast, member):
    (membership,) = memberships(group, member)
    actions.end_membership(membership=membership, by=member)
    actions.accept_request(handshake=request(group, member), by=cast["LE"])
    assert len(memberships(group, member)) == 1


LINK = "See http://www.evil.example/now"


def told(purpose):
    """The one mail of this purpose, in both forms."""
    (mail,) = mails(purpose)
    return mail.text, mail.html


def test_the_words_of_a_person_in_a_mail_name_the_writer_and_contain_no_link(group, cast, stranger):
    actions.decline_request(handshake=request(group, stranger, message=LINK), by=cast["LE"], word=LINK)
    actions.accept_request(handshake=request(group, stranger), by=cast["LE"], word=LINK)
    actions.end_membership(membership=memberships(group, stranger)[0], by=stranger, reason=LINK)
    invite(group, cast["LE"], message=LINK)
    written = {
        "request_received": stranger,
        "request_declined": cast["LE"],
        "welcome": cast["LE"],
        "left": stranger,
        "invitation": cast["LE"],
    }
    for purpose, writer in written.items():
        mail = next(one for one in mails(purpose) if "evil" in one.text)
        assert f"Message from {writer.name}:\n\n> See http[:]//www[.]evil[.]example/now\n\n" in mail.text, (
            purpose
        )
        assert "keep web addresses in this message from becoming links" in mail.text
        assert "See http[:]//www[.]evil[.]example/now\n</blockquote>" in mail.html, purpose
        assert "www.evil" not in mail.text + mail.html


def test_words_without_an_address_need_no_remark_about_links(group, cast, stranger):
    request(group, stranger, message="I survey caracals.\n<b>Truly.</b>")
    text, html = told("request_received")
    assert "> I survey caracals.\n> <b>Truly.</b>" in text
    assert "I survey caracals.<br>&lt;b&gt;Truly.&lt;/b&gt;" in html
    assert "becoming links" not in text + html


def test_a_reason_for_an_ended_membership_is_told_in_the_same_way(group, cast, stranger):
    actions.accept_request(handshake=request(group, stranger), by=cast["LE"])
    actions.end_membership(membership=memberships(group, stranger)[0], by=cast["LE"], reason=LINK)
    text, html = told("ended")
    assert f"Message from {cast['LE'].name}:\n\n> See http[:]//www[.]evil[.]example/now" in text
    assert "www.evil" not in text + html


def test_mails_to_leaders_name_no_website_in_the_subject(group, cast, stranger):
    """The forms refuse such a name. Names from before they did are still harmless."""
    stranger.given_name = "www.evil.example"
    stranger.save()
    request(group, stranger)
    assert mails("request_received")[0].subject.startswith("www[.]evil[.]example ")
