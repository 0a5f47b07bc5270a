"""Pages for the invited person and for a person who asks to join."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from core import clock
from core.mail.models import OutgoingMail
from core.scope import group_scope
from members import actions
from members.models import Conditions, Handshake
from members.states import HandshakeState
from members.views.invitations import MOST_OPENED, OPENED, masked
from tests import factories
from tests.members.helpers import accept, acts, fresh, invite, mails, memberships, request, secret_in_mail


@pytest.fixture
def guest(reference):
    return factories.make_person("Oyelaran", "Adebayo", email="guest@example.org")


@pytest.fixture
def handshake(group, leader):
    return invite(group, leader, message="We need your camera traps.")


@pytest.fixture
def secret(handshake):
    return secret_in_mail("guest@example.org")


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def by_link(client, name, secret, data=None, **more):
    """Open the link of the mail, then post to one of the invitation's pages."""
    opened = client.get(at("invitation", secret))["Location"]
    return client.post(f"{opened}{name}/", data, **more)


def agreed(**more):
    return {"conditions": Conditions.in_force().pk, "agree": "on", **more}


def run_out(handshake):
    with group_scope(handshake.group_id):
        Handshake.objects.filter(pk=handshake.pk).update(expires_at=clock.now() - timedelta(hours=1))


def test_opening_the_link_shows_without_an_account_loads_no_script_and_changes_nothing(
    client, handshake, secret
):
    for _times in range(2):
        answer = client.get(at("invitation", secret), follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "We need your camera traps." in text
    assert Conditions.in_force().text_en[:40] in text
    assert "<script" not in text
    assert answer["Cache-Control"] == "no-store, private"
    assert fresh(handshake).state == HandshakeState.INVITED
    assert client.session.get("_auth_user_id") is None


def test_the_page_offers_the_same_ways_to_known_and_unknown_addresses(client, group, leader, guest):
    invite(group, leader, guest.email)
    invite(group, leader, "nobody@example.org")

    def words(address):
        page = client.get(at("invitation", secret_in_mail(address)), follow=True).content.decode()
        page = re.sub(r'name="(csrfmiddlewaretoken|_once)" value="[^"]*"', "", page)  # the keys of the forms
        page = re.sub(r"opened-invitations(/|%2F)\d+", "", page)
        return page.replace(masked(address), "")

    assert words(guest.email) == words("nobody@example.org")


def test_accepting_by_the_link_begins_the_membership_and_confirms_on_a_page_of_its_own(
    client, group, handshake, secret, guest
):
    client.force_login(guest)
    answer = by_link(client, "accept", secret, agreed())
    assert answer.status_code == 302
    assert len(memberships(group, guest)) == 1
    text = client.get(answer["Location"]).content.decode()
    assert "You are a member of the Cat Specialist Group" in text
    again = client.get(at("invitation", secret), follow=True)
    assert again.redirect_chain[-1] == (answer["Location"], 302)
    by_link(client, "accept", secret, agreed())
    assert len(memberships(group, guest)) == 1


def test_accepting_asks_for_the_agreement(client, group, secret, guest):
    client.force_login(guest)
    answer = by_link(client, "accept", secret, {"conditions": Conditions.in_force().pk})
    assert answer.status_code == 422
    assert "Tick the box" in answer.content.decode()
    assert memberships(group, guest) == []


def test_conditions_that_changed_while_reading_are_shown_again(client, group, secret, guest):
    client.force_login(guest)
    old = agreed()
    Conditions.objects.create(
        version="next", valid_from=clock.today(), text_en="Newer words", text_fr="Mots", text_es="Palabras"
    )
    answer = by_link(client, "accept", secret, old)
    assert answer.status_code == 409
    assert "Newer words" in answer.content.decode()
    assert memberships(group, guest) == []
    assert by_link(client, "accept", secret, agreed()).status_code == 302


def test_accepting_signed_out_leads_to_sign_in_and_back(client, handshake, secret, guest):
    answer = by_link(client, "accept", secret, agreed())
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert quote(at("invitation-opened", handshake.pk), safe="") in answer["Location"]
    assert client.session.get("_auth_user_id") is None


def test_declining_needs_no_account(client, handshake, secret, leader):
    answer = by_link(client, "decline", secret, follow=True)
    assert answer.status_code == 200
    assert "You declined the invitation" in answer.content.decode()
    assert fresh(handshake).state == HandshakeState.DECLINED
    assert [mail.to for mail in mails("declined")] == [leader.email]
    assert client.get(at("invitation", secret), follow=True).status_code == 410


def test_an_unknown_link_says_so(client, reference):
    answer = client.get(at("invitation", "no-such-secret-was-ever-made"))
    assert answer.status_code == 404
    assert "leads to no invitation" in answer.content.decode()


def test_a_withdrawn_link_says_so(client, handshake, secret, leader):
    actions.withdraw(handshake=handshake, by=leader)
    answer = client.get(at("invitation", secret), follow=True)
    assert answer.status_code == 410
    assert "withdrawn" in answer.content.decode()


def test_a_used_link_says_so_and_not_by_whom(client, handshake, secret, guest, stranger):
    accept(handshake, guest)
    for person in (None, stranger):
        if person:
            client.force_login(person)
        answer = client.get(at("invitation", secret), follow=True)
        assert answer.status_code == 410
        assert "used already" in answer.content.decode()
        assert guest.name not in answer.content.decode()


def test_a_link_that_ran_out_offers_a_new_one_and_the_leader_is_told_once(
    client, handshake, secret, leader, guest
):
    run_out(handshake)
    answer = client.get(at("invitation", secret), follow=True)
    assert answer.status_code == 410
    assert "Ask for a new link" in answer.content.decode()
    for _times in range(2):
        by_link(client, "new-link", secret)
    assert [mail.to for mail in mails("new_link_asked")] == [leader.email]
    client.force_login(guest)
    assert by_link(client, "accept", secret, agreed()).status_code == 410


def test_a_link_opened_under_another_account_grants_nothing_and_says_what_to_do(
    client, group, secret, guest, stranger
):
    client.force_login(stranger)
    answer = client.get(at("invitation", secret), follow=True)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "for another address" in text
    assert "guest@example.org" not in text
    assert "g…@example.org" in text
    assert by_link(client, "accept", secret, agreed()).status_code == 403
    assert memberships(group, stranger) == []


def test_the_wrong_account_may_ask_for_another_address(client, handshake, secret, leader, stranger):
    client.force_login(stranger)
    for _times in range(2):
        by_link(client, "other-address", secret)
    (mail,) = mails("other_address_asked")
    assert mail.to == leader.email
    assert stranger.email in mail.text
    assert fresh(handshake).email == "guest@example.org"


def test_signing_out_from_there_leads_back_to_the_invitation(client, handshake, secret, stranger):
    client.force_login(stranger)
    answer = by_link(client, "sign-out", secret)
    assert client.session.get("_auth_user_id") is None
    assert answer["Location"] == at("invitation-opened", handshake.pk)
    assert "Sign in to accept" in client.get(answer["Location"]).content.decode()


def test_signing_out_from_there_takes_no_other_invitation_along(client, group, leader, secret, stranger):
    other = invite(group, leader, "other@example.org")
    client.force_login(stranger)
    client.get(at("invitation", secret_in_mail(other.email)))
    assert client.get(at("invitation-opened", other.pk)).status_code == 403  # opened, for another address
    by_link(client, "sign-out", secret)
    assert "Open the link" in client.get(at("invitation-opened", other.pk)).content.decode()


def code_sent():
    mail = OutgoingMail.objects.filter(purpose="members.address_code").latest("pk")
    found = re.search(r"^([A-Z2-9]{8})$", mail.text, re.MULTILINE)
    assert found is not None
    return found.group(1), mail.to


def test_proving_the_invited_address_lets_the_person_accept(client, group, handshake, secret, stranger):
    client.force_login(stranger)
    by_link(client, "prove", secret, {"send": "1"})
    code, to = code_sent()
    assert to == "guest@example.org"
    wrong = by_link(client, "prove", secret, {"code": "AAAAAAAA"})
    assert wrong.status_code == 422
    assert not EmailAddress.objects.filter(user=stranger, email=to).exists()
    answer = by_link(client, "prove", secret, {"code": code.lower()})
    assert answer["Location"] == at("invitation-opened", handshake.pk)
    assert EmailAddress.objects.get(user=stranger, email=to).verified is True
    by_link(client, "accept", secret, agreed())
    assert len(memberships(group, stranger)) == 1
    stranger.refresh_from_db()
    assert stranger.email != to


def test_an_address_joins_an_account_only_after_a_fresh_proof(client, handshake, secret, guest, stranger):
    factories.sign_in(client, stranger, ago=16 * 60)
    url = at("invitation-prove", handshake.pk)
    assert client.get(url).status_code == 410  # told before anything is asked
    client.get(at("invitation", secret))
    for answer in (client.get(url), client.post(url, {"send": "1"}), client.post(url, {"code": "ABCDEFGH"})):
        assert answer["Location"].split("?")[0] == reverse("account_reauthenticate")
    assert OutgoingMail.objects.filter(purpose="members.address_code").count() == 0
    factories.refresh(client)
    assert not client.get(url).context["form"]["code"].value()  # a code is never kept
    client.post(url, {"send": "1"})
    factories.refresh(client, ago=16 * 60)
    code, to = code_sent()
    client.post(url, {"code": code})
    assert not EmailAddress.objects.filter(user=stranger, email=to).exists()


def test_a_code_counts_five_tries_and_three_are_sent_an_hour(client, secret, stranger):
    client.force_login(stranger)
    by_link(client, "prove", secret, {"send": "1"})
    code, to = code_sent()
    for _times in range(5):
        by_link(client, "prove", secret, {"code": "AAAAAAAA"})
    by_link(client, "prove", secret, {"code": code})
    assert not EmailAddress.objects.filter(user=stranger, email=to).exists()
    for _times in range(4):
        by_link(client, "prove", secret, {"send": "1"})
    assert OutgoingMail.objects.filter(purpose="members.address_code").count() == 3


def test_an_address_that_another_account_has_proved_moves_to_nobody(client, secret, guest, stranger):
    client.force_login(stranger)
    by_link(client, "prove", secret, {"send": "1"})
    code, to = code_sent()
    answer = by_link(client, "prove", secret, {"code": code})
    assert answer.status_code == 422
    assert "Another account uses this address" in answer.content.decode()
    assert EmailAddress.objects.get(email=to, verified=True).user == guest


def test_a_person_finds_and_accepts_an_invitation_without_the_mail(client, group, handshake, guest, stranger):
    client.force_login(stranger)
    assert "Cat Specialist" not in client.get(at("my-invitations")).content.decode()
    assert client.get(at("my-invitation", handshake.pk)).status_code == 404
    assert client.post(at("my-invitation-accept", handshake.pk), agreed()).status_code == 404
    client.force_login(guest)
    assert "Cat Specialist Group" in client.get(at("my-invitations")).content.decode()
    page = client.get(at("my-invitation", handshake.pk))
    assert page.status_code == 200
    client.post(at("my-invitation-accept", handshake.pk), agreed())
    assert len(memberships(group, guest)) == 1


def test_a_person_declines_without_the_mail(client, handshake, guest):
    client.force_login(guest)
    client.post(at("my-invitation-decline", handshake.pk))
    stored = fresh(handshake)
    assert (stored.state, stored.closed_by) == (HandshakeState.DECLINED, guest)


def test_joining_goes_from_category_to_group_to_request(client, group, stranger):
    client.force_login(stranger)
    first = client.get(at("join")).content.decode()
    assert "?category=specialist-group" in first
    assert "center-for-species-survival" not in first
    second = client.get(at("join"), {"category": "specialist-group", "q": "cat"}).content.decode()
    assert at("join-group", group.slug) in second
    assert client.get(at("join-group", group.slug)).status_code == 200
    assert client.post(at("join-group", group.slug), {"message": "I would"}).status_code == 422
    answer = client.post(at("join-group", group.slug), agreed(message="I survey caracals."))
    page = client.get(answer["Location"]).content.decode()
    assert "Waiting for the leader since" in page
    client.post(answer["Location"] + "withdraw/")
    assert "Waiting for the leader since" not in client.get(at("my-invitations")).content.decode()


def test_joining_a_group_that_is_closed_or_not_there(client, group, stranger):
    client.force_login(stranger)
    assert client.get(at("join-group", "no-such-group")).status_code == 404
    group.closed_on = clock.today()
    group.save()
    assert (
        at("join-group", group.slug)
        not in client.get(at("join"), {"category": "specialist-group"}).content.decode()
    )
    assert "takes no members" in client.get(at("join-group", group.slug)).content.decode()
    assert client.post(at("join-group", group.slug), agreed()).status_code == 409


def test_a_declined_request_shows_the_word(client, group, leader, stranger):
    handshake = request(group, stranger)
    actions.decline_request(handshake=handshake, by=leader, word="We are full this year.")
    client.force_login(stranger)
    assert "We are full this year." in client.get(at("my-invitation", handshake.pk)).content.decode()


def test_a_member_leaves_from_the_page(client, group, cast, member):
    (membership,) = memberships(group, member)
    client.force_login(cast["TR"])
    assert client.get(at("membership-leave", membership.pk)).status_code in (302, 404)
    client.force_login(member)
    assert client.get(at("membership-leave", membership.pk)).status_code == 200
    client.post(at("membership-leave", membership.pk), {"reason": "Too busy"})
    assert memberships(group, member) == []


def test_invitations_read_in_the_language_of_the_address(client, secret):
    for language in ("en", "fr", "es"):
        address = at("invitation", secret).replace("/en/", f"/{language}/", 1)
        assert f'lang="{language}"' in client.get(address, follow=True).content.decode()


def sign_up(client, handshake, secret):
    """From the link of the mail to an account with the invited address, in one browser."""
    page = client.get(at("invitation", secret), follow=True).content.decode()
    link = re.search(r'href="([^"]*/register/[^"]*)"', page)
    assert link is not None
    assert "guest" not in link.group(1)
    form = client.get(link.group(1).replace("&amp;", "&"))
    assert 'value="guest@example.org"' in form.content.decode()
    client.post(
        reverse("account_signup"),
        {
            "given_name": "Oyelaran",
            "family_name": "Adebayo",
            "email": "guest@example.org",
            "password1": factories.PASSWORD,
            "next": at("invitation-opened", handshake.pk),
        },
    )
    mail = OutgoingMail.objects.filter(to="guest@example.org").latest("pk")
    code = re.search(r"^([A-Z0-9][A-Z0-9-]{5,11})$", mail.text, re.MULTILINE)
    assert code is not None
    return client.post(reverse("account_email_verification_sent"), {"code": code.group(1)})


def test_somebody_without_an_account_creates_one_and_comes_back_to_accept(client, group, handshake, secret):
    answer = sign_up(client, handshake, secret)
    assert answer["Location"] == at("invitation-opened", handshake.pk)
    client.post(at("invitation-accept", handshake.pk), agreed())
    person = EmailAddress.objects.get(email="guest@example.org").user
    assert len(memberships(group, person)) == 1


def test_an_opened_invitation_stays_open_while_the_person_signs_in(client, group, handshake, secret, guest):
    guest.set_password(factories.PASSWORD)
    guest.save()
    opened = client.get(at("invitation", secret))["Location"]
    before = client.session.session_key
    answer = client.post(
        reverse("account_login"), {"login": guest.email, "password": factories.PASSWORD, "next": opened}
    )
    assert answer["Location"] == opened
    assert client.session.session_key != before
    assert client.post(f"{opened}accept/", agreed()).status_code == 302
    assert len(memberships(group, guest)) == 1


def test_the_link_leads_to_an_address_without_its_secret_and_works_again(client, handshake, secret):
    for _times in range(2):
        answer = client.get(at("invitation", secret))
        assert answer["Location"] == at("invitation-opened", handshake.pk)
        assert answer["Cache-Control"] == "no-store, private"
        page = client.get(answer["Location"])
        assert page.status_code == 200
        assert secret not in page.content.decode()
    assert secret not in str(dict(client.session))


def test_a_scanner_that_opens_the_link_decides_nothing(client, handshake, secret):
    for ask in (client.head, client.get):
        assert ask(at("invitation", secret)).status_code == 302
    assert client.post(at("invitation", secret)).status_code == 405
    assert fresh(handshake).state == HandshakeState.INVITED
    assert mails("declined") + mails("accepted") == []


@pytest.mark.parametrize("more", [">", "=", ".", ")", "/>", "/=", "/).", "=20", "/%22", ",", ""])
def test_a_link_works_with_the_signs_that_a_mail_program_added(client, handshake, secret, more):
    answer = client.get(at("invitation", secret).removesuffix("/") + more)
    assert answer["Location"] == at("invitation-opened", handshake.pk)


def test_several_invitations_are_open_in_one_browser(client, group, leader, handshake, secret):
    other = invite(group, leader, "other@example.org", message="To the other one.")
    for one in (secret, secret_in_mail("other@example.org")):
        client.get(at("invitation", one))
    assert "We need your camera traps." in client.get(at("invitation-opened", handshake.pk)).content.decode()
    assert "To the other one." in client.get(at("invitation-opened", other.pk)).content.decode()


def test_a_session_keeps_a_limited_number_of_opened_invitations(client, group, leader, handshake, secret):
    client.get(at("invitation", secret))
    for number in range(MOST_OPENED):
        address = f"guest{number}@example.org"
        invite(group, leader, address)
        client.get(at("invitation", secret_in_mail(address)))
    assert len(client.session[OPENED]) == MOST_OPENED
    assert client.get(at("invitation-opened", handshake.pk)).status_code == 410


def test_the_address_of_an_invitation_in_another_browser_says_how_to_go_on(client, handshake, secret):
    wrong = at("invitation-opened", handshake.pk + 1000)
    answers = [client.get(url) for url in (at("invitation-opened", handshake.pk), wrong)]
    for answer in answers:
        assert answer.status_code == 410
        assert "Open the link in your email again" in answer.content.decode()
        assert "camera traps" not in answer.content.decode()
    declined = client.post(at("invitation-decline", handshake.pk))
    assert declined.status_code == 410
    assert fresh(handshake).state == HandshakeState.INVITED


def test_the_invited_person_needs_no_link_in_another_browser(client, handshake, guest):
    client.force_login(guest)
    answer = client.get(at("invitation-opened", handshake.pk))
    assert answer["Location"] == at("my-invitation", handshake.pk)


def test_an_opened_link_that_a_newer_one_replaced_says_so(client, handshake, secret, leader):
    client.get(at("invitation", secret))
    actions.readdress(handshake=handshake, by=leader, email="elsewhere@example.org")
    answer = client.get(at("invitation-opened", handshake.pk))
    assert answer.status_code == 410
    assert "Open the link in the latest email" in answer.content.decode()
    assert client.post(at("invitation-decline", handshake.pk)).status_code == 410
    assert fresh(handshake).state == HandshakeState.INVITED


def test_a_reader_of_the_link_without_an_account_sees_a_part_of_the_address(client, group, leader):
    invite(group, leader, "ulla@bücher.example")
    page = client.get(at("invitation", secret_in_mail("ulla@bücher.example")), follow=True).content.decode()
    assert "u…@bücher.example" in page
    assert "ulla" not in page


def test_declining_by_the_link_is_recorded_as_such_and_on_the_own_page_as_a_page(
    client, secret, group, leader, guest
):
    by_link(client, "decline", secret)
    client.force_login(guest)
    client.post(at("my-invitation-decline", invite(group, leader).pk))
    assert [entry.channel for entry in acts("members.invitation_declined")] == ["link", "page"]
