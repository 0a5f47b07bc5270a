"""Acts that mail have limits: the refusal says when the act is possible again, and the database counts them."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta
from importlib import import_module
from unittest import mock

import pytest
from django.db import connection, transaction
from django.urls import reverse

from core import clock
from core.errors import DomainError
from core.mail import limits
from core.mail.models import OutgoingMail
from core.scope import group_scope, read_everywhere
from members import actions
from members.models import Conditions, Handshake
from members.states import HandshakeState
from tests import factories
from tests.members.helpers import fresh, invite, mails, request, secret_in_mail
from tests.members.test_races import AT_ONCE, together

MIGRATION = import_module("members.migrations.0007_invitations_end_with_the_day")


def groups(number):
    return [factories.make_group(f"Group {place}", slug=f"group-{place}") for place in range(number)]


def refused(act):
    """The sentence of the refusal."""
    with pytest.raises(limits.TooManyMails) as refusal:
        act()
    assert refusal.value.status == 429
    return str(refusal.value)


def later(**passed):
    """Move the moments that are counted into the past."""
    OutgoingMail.objects.update(queued_at=clock.now() - timedelta(**passed))
    for group in {one.group_id for one in everything()}:
        with group_scope(group), transaction.atomic():
            Handshake.objects.update(started_at=clock.now() - timedelta(**passed))


def everything():
    with read_everywhere("checks"), transaction.atomic():
        return list(Handshake.objects.all())


def in_a_day():
    return (clock.now() + timedelta(days=1)).strftime("%-d %B %Y")


# ---------------------------------------------------------------- Requests to join


@pytest.mark.django_db
def test_a_person_has_five_requests_open_at_a_time(reference, stranger):
    places = groups(limits.OPEN_REQUESTS + 1)
    first = [request(place, stranger) for place in places[:-1]]
    assert "withdraw a request" in refused(lambda: request(places[-1], stranger))
    assert request(places[0], stranger) == first[0]  # asking the same group again is no new request
    actions.withdraw_request(handshake=first[0], by=stranger)
    assert request(places[-1], stranger).state == HandshakeState.REQUESTED


@pytest.mark.django_db
def test_a_person_asks_ten_groups_a_day_and_the_refusal_says_when_the_next_one(reference, stranger):
    places = groups(limits.REQUESTS.count + 1)
    for place in places[:-1]:
        actions.withdraw_request(handshake=request(place, stranger), by=stranger)
    text = refused(lambda: request(places[-1], stranger))
    assert in_a_day() in text
    assert text.endswith("(UTC).")
    later(days=1, minutes=1)
    assert request(places[-1], stranger).state == HandshakeState.REQUESTED


@pytest.mark.django_db
def test_the_limit_of_one_person_does_not_stop_another(reference, stranger):
    places = groups(limits.OPEN_REQUESTS)
    for place in places:
        request(place, stranger)
    assert request(places[0], factories.make_person("Any", "Body")).state == HandshakeState.REQUESTED


@pytest.mark.django_db(transaction=True)
def test_requests_to_many_groups_at_once_stay_within_the_limit(reference, stranger):
    assert len(asked_at_once(stranger)) == limits.OPEN_REQUESTS


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_person_requests_at_once_pass_the_limit(reference, stranger):
    """The control: all have counted before any of them ends."""
    number = limits.OPEN_REQUESTS + 5
    with ExitStack() as stack:
        stack.enter_context(mock.patch("members.actions.requests.lock_person", return_value=None))
        stack.enter_context(all_wait_in("members.mails.request_received", number))
        assert len(asked_at_once(stranger)) == number


def all_wait_in(name, number):
    """Let each of the threads wait in the function with this name until all have called it."""
    gate = threading.Barrier(number)
    module, _dot, function = name.rpartition(".")
    real = getattr(import_module(module), function)

    def wait(*given):
        gate.wait(timeout=20)
        return real(*given)

    return mock.patch(name, wait)


def asked_at_once(person):
    """The open requests after a person has asked more groups than allowed, all at one moment."""
    places, conditions = groups(limits.OPEN_REQUESTS + 5), Conditions.in_force()
    turns = iter(places)
    errors = together(
        lambda: actions.request_to_join(group=next(turns), by=person, conditions=conditions), len(places)
    )
    assert {type(error) for error in errors} <= {limits.TooManyMails}
    return [one for one in everything() if one.person_id == person.pk]


@pytest.mark.django_db
def test_a_refused_request_keeps_the_typed_message(client, reference, stranger):
    places = groups(limits.OPEN_REQUESTS + 1)
    for place in places[:-1]:
        request(place, stranger)
    client.force_login(stranger)
    answer = client.post(
        reverse("members:join-group", args=[places[-1].slug]),
        {"conditions": Conditions.in_force().pk, "agree": "on", "message": "I survey caracals."},
    )
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "I survey caracals." in page
    assert "5 requests without an answer" in page


# ---------------------------------------------------------------- Mails to an invited address


@pytest.mark.django_db
def test_one_address_gets_three_invitations_a_day_from_one_group_and_each_withdrawal_is_still_told(
    group, leader
):
    for _turn in range(2):
        actions.withdraw(handshake=invite(group, leader), by=leader)
    text = refused(lambda: invite(group, leader))
    assert "guest@example.org got 3 emails" in text
    assert in_a_day() in text
    assert len(mails()) == 4  # two invitations and two withdrawals: a withdrawal is never refused
    later(days=1, minutes=1)
    assert invite(group, leader).state == HandshakeState.INVITED


@pytest.mark.django_db
def test_another_group_may_still_invite_the_address(group, other_group, cast):
    for _turn in range(2):
        actions.withdraw(handshake=invite(group, cast["LE"]), by=cast["LE"])
    assert invite(other_group, cast.other["LE"]).state == HandshakeState.INVITED


@pytest.mark.django_db
def test_readdressing_to_and_fro_counts_for_the_address(group, leader):
    handshake = invite(group, leader, "one@example.org")
    for turn in range(4):
        address = f"{'two' if turn % 2 else 'one'}@example.org"
        actions.readdress(handshake=handshake, by=leader, email=address)
    refused(lambda: actions.readdress(handshake=handshake, by=leader, email="one@example.org"))
    assert OutgoingMail.objects.filter(to="one@example.org").count() == 3
    assert fresh(handshake).email == "two@example.org"


@pytest.mark.django_db
def test_a_refused_new_address_stays_in_its_field(client, group, leader):
    for _turn in range(2):
        actions.withdraw(handshake=invite(group, leader, "full@example.org"), by=leader)
    handshake = invite(group, leader)
    client.force_login(leader)
    answer = client.post(
        reverse("members:invitation-readdress", args=[group.slug, handshake.pk]),
        {"email": "full@example.org"},
    )
    assert answer.status_code == 429
    page = answer.content.decode()
    assert 'value="full@example.org"' in page
    assert "got 3 emails" in page


@pytest.mark.django_db(transaction=True)
def test_many_invitations_of_one_address_at_once_stay_within_the_limit(group, leader):
    def invite_and_withdraw():
        actions.withdraw(handshake=invite(group, leader), by=leader)

    errors = together(invite_and_withdraw)
    assert [error for error in errors if not isinstance(error, DomainError)] == []
    assert OutgoingMail.objects.filter(purpose="members.invitation").count() <= limits.MAILS_TO_INVITED.count


# ---------------------------------------------------------------- Invitations of a group


@pytest.mark.django_db
def test_a_leader_invites_sixty_members_in_one_evening(group, leader):
    for number in range(60):
        invite(group, leader, f"member{number}@example.org")
    assert OutgoingMail.objects.filter(purpose="members.invitation").count() == 60


@pytest.mark.django_db
def test_a_group_of_three_hundred_can_invite_everybody():
    assert min(limits.INVITATIONS.count, limits.OPEN_INVITATIONS) >= 300


@pytest.mark.django_db
def test_a_group_sends_no_more_than_its_invitations_of_a_day(group, other_group, cast, monkeypatch):
    monkeypatch.setattr(limits, "INVITATIONS", limits.Limit(4, limits.DAY))
    for number in range(4):
        invite(group, cast["LE"], f"member{number}@example.org")
    text = refused(lambda: invite(group, cast["LE"], "one.more@example.org"))
    assert "sent 4 invitations" in text
    assert in_a_day() in text
    assert invite(other_group, cast.other["LE"], "one.more@example.org").state == HandshakeState.INVITED
    later(days=1, minutes=1)
    assert invite(group, cast["LE"], "one.more@example.org").state == HandshakeState.INVITED


@pytest.mark.django_db
def test_a_group_has_no_more_than_its_open_invitations(group, cast, monkeypatch):
    monkeypatch.setattr(limits, "OPEN_INVITATIONS", 3)
    first = invite(group, cast["LE"], "one@example.org")
    for address in ("two@example.org", "three@example.org"):
        actions.prepare_invitation(group=group, by=cast["PO"], email=address)
    assert "3 invitations" in refused(lambda: invite(group, cast["LE"], "four@example.org"))
    refused(lambda: actions.prepare_invitation(group=group, by=cast["PO"], email="four@example.org"))
    actions.withdraw(handshake=first, by=cast["LE"])
    assert invite(group, cast["LE"], "four@example.org").state == HandshakeState.INVITED


@pytest.mark.django_db
def test_sending_again_within_ten_minutes_sends_nothing(group, leader):
    handshake = invite(group, leader)
    assert actions.send_again(handshake=handshake, by=leader).token_hash == fresh(handshake).token_hash
    assert OutgoingMail.objects.filter(purpose="members.invitation").count() == 1


# ---------------------------------------------------------------- Codes to an invited address


@pytest.mark.django_db
def test_several_accounts_send_one_address_six_codes_an_hour(group, leader):
    handshake = invite(group, leader)
    people = [factories.make_person(f"Person {number}", "Else") for number in range(3)]
    for person in people[:2]:
        for _turn in range(limits.ADDRESS_CODES.count):
            actions.send_address_code(handshake=handshake, by=person)
        refused(lambda person=person: actions.send_address_code(handshake=handshake, by=person))
    assert "You can get another one after" in refused(
        lambda: actions.send_address_code(handshake=handshake, by=people[2])
    )


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_stay_within_the_limit(group, leader, stranger):
    handshake = invite(group, leader)
    errors = together(lambda: actions.send_address_code(handshake=handshake, by=stranger))
    assert [type(error) for error in errors] == [limits.TooManyMails] * 3
    assert OutgoingMail.objects.filter(purpose="members.address_code").count() == limits.ADDRESS_CODES.count


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_codes_asked_for_at_once_pass_the_limit(group, leader, stranger):
    """The control: all have counted before any of them ends."""
    handshake = invite(group, leader)
    with ExitStack() as stack:
        stack.enter_context(mock.patch("members.actions.addresses.lock", lambda given: given))
        stack.enter_context(all_wait_in("core.codes.new_code", AT_ONCE))
        assert together(lambda: actions.send_address_code(handshake=handshake, by=stranger)) == []
    assert OutgoingMail.objects.filter(purpose="members.address_code").count() == AT_ONCE


# ---------------------------------------------------------------- The day that an invitation ends


@pytest.mark.django_db
def test_an_invitation_works_until_the_end_of_its_last_day(group, leader):
    handshake = invite(group, leader)
    last_day = clock.today() + timedelta(days=21)
    assert handshake.expires_at.isoformat() == f"{last_day}T23:59:59.999999+00:00"
    mail = OutgoingMail.objects.get(purpose="members.invitation")
    assert f"until the end of {last_day.strftime('%-d %B %Y')} (UTC)" in mail.text
    assert secret_in_mail("guest@example.org")


@pytest.mark.django_db
@pytest.mark.parametrize(("passed", "status"), [({"days": 21}, 200), ({"days": 22}, 410)])
def test_the_page_opens_on_the_last_day_and_not_on_the_next(client, group, leader, settings, passed, status):
    invite(group, leader)
    midnight = clock.now().replace(hour=0, minute=0, second=1) - clock.now()
    settings.CLOCK_SHIFT = midnight + timedelta(**passed) + timedelta(hours=12)
    page = client.get(reverse("members:invitation", args=[secret_in_mail("guest@example.org")]), follow=True)
    assert page.status_code == status
    assert "(UTC)" in page.content.decode()


@pytest.mark.django_db
def test_invitations_sent_before_this_rule_get_the_rest_of_their_last_day(group, other_group, cast):
    moments = ["2026-12-16T14:25:01+00:00", "2026-12-16T00:00:00+00:00", "2026-12-16T23:59:59.999999+00:00"]
    sent = [invite(group, cast["LE"], "one@example.org"), invite(group, cast["LE"], "two@example.org")]
    sent.append(invite(other_group, cast.other["LE"], "three@example.org"))
    ended = invite(group, cast["LE"], "four@example.org")
    actions.withdraw(handshake=ended, by=cast["LE"])
    before = fresh(ended).expires_at
    for handshake, moment in zip(sent, moments, strict=True):
        with group_scope(handshake.group_id):
            Handshake.objects.filter(pk=handshake.pk).update(expires_at=moment)
    with connection.schema_editor() as editor:
        for operation in MIGRATION.Migration.operations:
            operation.database_forwards("members", editor, None, None)
    assert {fresh(one).expires_at.isoformat() for one in sent} == {moments[2]}
    assert fresh(ended).expires_at == before
