"""Each one-time code works once, also when it is posted several times at the same moment."""

from __future__ import annotations

import threading
from unittest import mock

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import limits
from tests import factories
from tests.accounts.test_reauthentication import last_code
from tests.accounts.test_sign_in import code_in_last_mail, sign_in, signed_in, totp_code

AT_ONCE = 4


def post_at_once(client, url, data):
    """Post the same form from so many threads of one browser. Returns the responses."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    start, answers, errors = threading.Barrier(AT_ONCE), [], []

    def click():
        try:
            own = Client()
            own.cookies[settings.SESSION_COOKIE_NAME] = cookie
            start.wait(20)
            answers.append(own.post(url, data))
        except Exception as error:  # noqa: BLE001 - what goes wrong in a thread is what the test asks about
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    return answers


def sessions_of(person) -> int:
    return sum(row.get_decoded().get("_auth_user_id") == str(person.pk) for row in Session.objects.all())


def all_read_before_one_acts(protected):
    """In place of `use_once`: waits until every request has read the session, and then protects, or does not."""
    everybody, use_once = threading.Barrier(AT_ONCE), limits.use_once

    def use(*key):
        everybody.wait(20)
        return use_once(*key) if protected else True

    return mock.patch.object(limits, "use_once", use)


@pytest.fixture
def person(transactional_db, reference):
    return factories.make_person("Tendai", "Mukwashi")


def ask_to_sign_in(client, person):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    return reverse("account_confirm_login_code"), code_in_last_mail(person.email), "/en/tasks/"


def ask_for_a_password(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    done = reverse("account_complete_password_reset")
    return reverse("account_confirm_password_reset_code"), code_in_last_mail(person.email), done


def register(client, person):
    new = {"given_name": "Noor", "family_name": "Al-Hashimi", "password1": "another long phrase 7"}
    client.post(reverse("account_signup"), {**new, "email": "noor@example.org"})
    return reverse("account_email_verification_sent"), code_in_last_mail("noor@example.org"), "/en/tasks/"


def ask_for_a_proof(client, person):
    person.set_unusable_password()
    person.save()
    factories.sign_in(client, person)
    url = reverse("accounts:prove-again")
    client.post(url, {"send": "1"})
    return url, last_code(), "/en/tasks/"


WAYS = [ask_to_sign_in, ask_for_a_password, register, ask_for_a_proof]


@pytest.mark.parametrize("ask", WAYS, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("protected", [True, False], ids=["once", "control"])
@pytest.mark.django_db(transaction=True)
def test_a_mailed_code_that_is_posted_four_times_at_once_works_once(client, person, ask, protected):
    url, code, onward = ask(client, person)
    with all_read_before_one_acts(protected):
        answers = post_at_once(client, url, {"code": code})
    assert [answer.status_code for answer in answers] == [302] * AT_ONCE
    worked = sum(answer["Location"] == onward for answer in answers)
    assert worked == 1 if protected else worked > 1
    assert protected is False or {answer["Location"] for answer in answers} == {onward, url}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False], ids=["once", "control"])
def test_four_posts_of_a_sign_in_code_open_one_session(client, person, protected):
    """The four share one session, which the first one replaces. In the control, each of them opens a new one."""
    url, code, _onward = ask_to_sign_in(client, person)
    with all_read_before_one_acts(protected):
        post_at_once(client, url, {"code": code})
    assert sessions_of(person) == (1 if protected else AT_ONCE)


@pytest.mark.parametrize("kind", ["app", "recovery"])
@pytest.mark.django_db(transaction=True)
def test_a_second_factor_that_is_posted_four_times_at_once_signs_in_once(client, person, kind):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    codes = RecoveryCodes.activate(person)
    sign_in(client, person)
    code = totp_code(secret) if kind == "app" else codes.get_unused_codes()[0]
    answers = post_at_once(client, reverse("mfa_authenticate"), {"code": code})
    assert sorted(answer["Location"] for answer in answers) == sorted(
        ["/en/tasks/"] + [reverse("mfa_authenticate")] * (AT_ONCE - 1)
    )
    assert sessions_of(person) == 1


@pytest.mark.django_db
def test_a_double_click_ends_on_the_page_that_the_person_wanted(client, stranger):
    """The browser follows the second post. By then the first one has signed the person in."""
    url, code, _onward = ask_to_sign_in(client, stranger)
    onward = reverse("accounts:profile")
    assert client.post(url, {"code": code, "next": onward})["Location"] == onward
    second = client.post(url, {"code": code, "next": onward}, follow=True)
    assert second.redirect_chain[-1][0] in (onward, "/en/tasks/")


@pytest.mark.parametrize("late", [-1, 0, 1])
@pytest.mark.django_db
def test_a_code_of_the_app_counts_half_a_minute_before_and_after(client, stranger, late):
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    sign_in(client, stranger)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret, late)})
    assert signed_in(client)


@pytest.mark.parametrize("late", [-3, 3])
@pytest.mark.django_db
def test_a_code_of_the_app_from_another_minute_is_refused(client, stranger, late):
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    sign_in(client, stranger)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret, late)})
    assert not signed_in(client)


@pytest.mark.django_db
def test_a_code_of_the_app_works_once_also_when_the_cache_was_emptied(client, stranger):
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    code = totp_code(secret)
    for expected in (True, False):
        client.logout()
        sign_in(client, stranger)
        page = client.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})
        assert signed_in(client) is expected
        cache.clear()
    assert "This code was used already" in page.content.decode()


@pytest.mark.django_db
def test_the_code_that_set_up_the_app_does_not_sign_in_as_well(client, stranger):
    client.force_login(stranger)
    page = reverse("mfa_activate_totp")
    client.post(client.get(page)["Location"], {"password": factories.PASSWORD, "next": page})
    code = totp_code(client.get(page).context["form"].secret)
    client.post(page, {"code": code})
    client.logout()
    sign_in(client, stranger)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(client)
