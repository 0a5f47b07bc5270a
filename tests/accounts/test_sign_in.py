"""Sign-in: one confirmed address, a second factor for offices, and no hint whether an address has an account."""

import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from core.models import OutgoingMail
from tests import factories

LOGIN = "/en/sign-in/"


def totp_code(secret: str, steps: int = 0) -> str:
    """The code of the app now, or of so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, person, password=factories.PASSWORD):
    return client.post(LOGIN, {"login": person.email, "password": password})


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def code_in_last_mail(to: str) -> str:
    mail = OutgoingMail.objects.filter(to=to).latest("pk")
    return re.search(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{4}|[A-Z0-9]{6,8})\s*$", mail.text, re.M).group(1)


def test_sign_in_with_email_and_password_lands_on_my_tasks(client, stranger):
    response = sign_in(client, stranger)
    assert (response.status_code, response["Location"]) == (302, reverse("workspace:task-list"))
    assert signed_in(client)


def test_sign_in_ignores_the_case_of_the_address(client, stranger):
    client.post(LOGIN, {"login": stranger.email.upper(), "password": factories.PASSWORD})
    assert signed_in(client)


def test_an_address_belongs_to_one_account_whatever_its_case(stranger):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email=stranger.email.upper(), given_name="A", family_name="B")])


def test_a_wrong_password_keeps_the_address_and_signs_nobody_in(client, stranger):
    response = sign_in(client, stranger, "not the pass phrase")
    assert response.status_code == 200
    assert not signed_in(client)
    assert stranger.email in response.content.decode()


def test_known_and_unknown_addresses_get_the_same_answer_at_sign_in(client, stranger):
    known = sign_in(client, stranger, "not the pass phrase")
    unknown = client.post(LOGIN, {"login": "nobody@example.org", "password": "not the pass phrase"})

    def words(response, address):
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
        return page.replace(address, "ADDRESS")

    assert words(known, stranger.email) == words(unknown, "nobody@example.org")


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_known_and_unknown_addresses_get_the_same_answer_when_a_code_is_asked_for(client, stranger, page):
    answers = []
    for address in (stranger.email, "nobody@example.org"):
        response = client.post(reverse(page), {"email": address})
        answers.append((response.status_code, urlsplit(response["Location"]).path))
        client.cookies.clear()
    assert answers[0] == answers[1]
    assert OutgoingMail.objects.filter(to=stranger.email).count() == 1


def test_signing_up_with_a_known_address_tells_its_owner_and_nobody_else(client, stranger):
    new = {"given_name": "New", "family_name": "Person", "password1": "another long phrase 7"}
    first = client.post(reverse("account_signup"), {**new, "email": "fresh@example.org"})
    client.cookies.clear()
    second = client.post(reverse("account_signup"), {**new, "email": stranger.email})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert User.objects.filter(email=stranger.email).count() == 1
    assert OutgoingMail.objects.filter(to=stranger.email).count() == 1
    assert not signed_in(client)


def test_a_new_address_counts_only_after_its_code(client, reference):
    new = {"given_name": "Noor", "family_name": "Al-Hashimi", "password1": "another long phrase 7"}
    client.post(reverse("account_signup"), {**new, "email": "Noor@Example.org"})
    person = User.objects.get(email="noor@example.org")
    assert (person.name, person.language, signed_in(client)) == ("Noor Al-Hashimi", "en", False)
    code = code_in_last_mail("noor@example.org")
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert signed_in(client)
    assert EmailAddress.objects.get(user=person).verified


def test_sign_in_by_emailed_code(client, stranger):
    client.post(reverse("account_request_login_code"), {"email": stranger.email})
    code = code_in_last_mail(stranger.email)
    wrong = client.post(reverse("account_confirm_login_code"), {"code": "WRON-GONE"})
    assert (wrong.status_code, signed_in(client)) == (200, False)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert signed_in(client)


def test_the_second_step_is_asked_after_the_password(client, stranger):
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    response = sign_in(client, stranger)
    assert response["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert signed_in(client)


def test_a_recovery_code_opens_once(client, stranger):
    TOTP.activate(stranger, generate_totp_secret())
    code = RecoveryCodes.activate(stranger).get_unused_codes()[0]
    for expected in (True, False):
        client.logout()
        sign_in(client, stranger)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client) is expected


@pytest.mark.parametrize("code", ["CS", "CA", "SC", "DC", "SM"])
def test_office_roles_reach_nothing_until_they_hold_a_second_factor(client, reference, code):
    person = factories.make_person("Office", "Person")
    factories.appoint_network(person, code, second_factor=False)
    client.force_login(person)
    assert client.get(reverse("workspace:task-list"))["Location"] == reverse("mfa_index")
    assert client.get(reverse("office:dashboard"))["Location"] == reverse("mfa_index")
    factories.give_second_factor(person)
    client.force_login(person)
    assert client.get(reverse("office:dashboard")).status_code == 200


def test_a_treasurer_needs_a_second_factor_and_a_leader_does_not(client, group):
    treasurer, chair = factories.make_person(), factories.make_person()
    factories.appoint(group, treasurer, "treasurer")
    factories.appoint(group, chair, "chair")
    for person, expected in ((treasurer, 302), (chair, 200)):
        client.force_login(person)
        assert client.get(reverse("workspace:task-list")).status_code == expected


def test_orcid_is_offered_only_with_its_keys(client, reference, settings):
    assert "orcid" not in client.get(LOGIN).content.decode().lower()
    assert client.post("/en/account/orcid/login/").status_code == 404
    settings.SOCIALACCOUNT_PROVIDERS = {
        "orcid": {"APPS": [{"client_id": "the-portal", "secret": "s", "key": ""}]}
    }
    page = client.get(LOGIN).content.decode()
    assert "ORCID" in page
    response = client.post("/en/account/orcid/login/")
    assert response["Location"].startswith("https://orcid.org/oauth/authorize?client_id=the-portal&")


def test_signing_out_is_a_form_and_never_a_link(client, stranger):
    client.force_login(stranger)
    client.get(reverse("account_logout"))
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_signed_in_pages_are_kept_by_no_cache(client, stranger):
    client.force_login(stranger)
    assert client.get(reverse("workspace:task-list"))["Cache-Control"] == "no-store, private"
