"""Limits on guesses and mails: per account, in the database, with a page that says when to try again."""

from __future__ import annotations

import re
import threading
from datetime import UTC, timedelta
from math import ceil

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import limits
from accounts.limited_pages import GUESSES, MAILS, NETWORK
from accounts.models import AttemptCount
from accounts.tasks import forget_old_attempts
from core.models import OutgoingMail
from tests import factories
from tests.accounts.test_sign_in import LOGIN, code_in_last_mail, sign_in, signed_in, totp_code

NEW = "three other long words"


def guesses_before_refusal(guess, most=30) -> int:
    """How many guesses are looked at before one is refused, when the cache is emptied before each."""
    for number in range(most):
        cache.clear()
        if guess(number).status_code == 429:
            return number
    return most


def guess_password(client, person, _secret):
    return lambda number: client.post(LOGIN, {"login": person.email, "password": f"guess {number}"})


def guess_password_from_many_browsers(client, person, _secret):
    return lambda number: Client(REMOTE_ADDR=f"192.0.2.{number}").post(
        LOGIN, {"login": person.email.upper(), "password": f"guess {number}"}
    )


def guess_second_factor(client, person, secret):
    def guess(number):
        own = Client()
        assert sign_in(own, person)["Location"] == reverse("mfa_authenticate")
        return own.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})

    return guess


def guess_password_inside(client, person, _secret):
    factories.sign_in(client, person)
    return lambda number: client.post(reverse("account_reauthenticate"), {"password": f"guess {number}"})


def guess_old_password(client, person, _secret):
    factories.sign_in(client, person)
    page = reverse("account_change_password")
    return lambda number: client.post(
        page, {"oldpassword": f"guess {number}", "password1": NEW, "password2": NEW}
    )


def guess_second_factor_inside(client, person, _secret):
    factories.sign_in(client, person)
    return lambda number: client.post(reverse("mfa_reauthenticate"), {"code": f"{number:06}"})


GUESSED = [
    guess_password,
    guess_password_from_many_browsers,
    guess_second_factor,
    guess_password_inside,
    guess_old_password,
    guess_second_factor_inside,
]


@pytest.mark.parametrize("way", GUESSED, ids=lambda way: way.__name__)
@pytest.mark.django_db
def test_guesses_are_limited_also_when_the_cache_is_emptied_before_each(client, stranger, way):
    secret = generate_totp_secret()
    if "second" in way.__name__:
        TOTP.activate(stranger, secret)
    assert guesses_before_refusal(way(client, stranger, secret)) == GUESSES.times


@pytest.mark.django_db
def test_a_mailed_code_may_be_guessed_three_times(client, stranger):
    client.post(reverse("account_request_login_code"), {"email": stranger.email})
    page, code = reverse("account_confirm_login_code"), code_in_last_mail(stranger.email)
    seen = []
    for _number in range(3):
        cache.clear()
        seen.append(client.post(page, {"code": "WRON-GONE"}).status_code)
    assert seen == [200, 200, 302]
    client.post(page, {"code": code})
    assert not signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(reference):
    person, answers, start = factories.make_person(), [], threading.Barrier(10)

    def guess():
        try:
            own = Client()
            start.wait(20)
            answers.append(own.post(LOGIN, {"login": person.email, "password": "guess"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [200] * GUESSES.times + [429] * (10 - GUESSES.times)


@pytest.mark.django_db
def test_the_right_password_is_not_counted_and_works_again_after_the_time(client, stranger, settings):
    for _number in range(GUESSES.times * 2):
        sign_in(client, stranger)
        assert signed_in(client)
        client.logout()
    for number in range(GUESSES.times):
        sign_in(client, stranger, f"guess {number}")
    assert sign_in(client, stranger).status_code == 429
    assert not signed_in(client)
    settings.CLOCK_SHIFT = GUESSES.within + timedelta(seconds=1)
    sign_in(client, stranger)
    assert signed_in(client)


@pytest.mark.django_db
def test_the_limits_of_one_account_touch_no_other(client, stranger):
    for number in range(GUESSES.times + 1):
        sign_in(client, stranger, f"guess {number}")
    other = factories.make_person()
    sign_in(client, other)
    assert signed_in(client)


@pytest.mark.django_db
def test_a_new_password_ends_the_wait(client, stranger):
    for number in range(GUESSES.times + 1):
        sign_in(client, stranger, f"guess {number}")
    client.post(reverse("account_reset_password"), {"email": stranger.email})
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_in_last_mail(stranger.email)})
    client.post(reverse("account_complete_password_reset"), {"password1": NEW, "password2": NEW})
    sign_in(client, stranger, NEW)
    assert signed_in(client)


@pytest.mark.django_db
def test_limits_hold_without_redis(client, stranger, settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    statuses = [sign_in(client, stranger, f"guess {n}").status_code for n in range(GUESSES.times + 1)]
    assert statuses == [200] * GUESSES.times + [429]
    assert sign_in(client, stranger).status_code == 429


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password", "account_signup"])
@pytest.mark.django_db
def test_mails_to_an_address_are_limited_known_or_not(client, stranger, name):
    new = {"given_name": "N", "family_name": "A", "password1": "another long phrase 7"}
    for address in (stranger.email, "nobody@example.org"):
        seen = []
        for _number in range(MAILS.times + 1):
            cache.clear()
            client.cookies.clear()
            seen.append(client.post(reverse(name), {**new, "email": address}).status_code)
        assert seen == [302] * MAILS.times + [429]
        assert OutgoingMail.objects.filter(to=address).count() == MAILS.times


@pytest.mark.django_db
def test_a_form_with_an_error_is_not_counted_as_a_mail(client, reference):
    new = {"given_name": "N", "family_name": "A", "email": "fresh@example.org"}
    for _number in range(MAILS.times + 2):
        assert client.post(reverse("account_signup"), {**new, "password1": "short"}).status_code == 200
    assert (
        client.post(reverse("account_signup"), {**new, "password1": "another long phrase 7"}).status_code
        == 302
    )


@pytest.mark.django_db
def test_a_workshop_of_sixty_people_behind_one_address_registers_and_signs_in(client, reference):
    new = {"given_name": "N", "family_name": "A", "password1": "another long phrase 7"}
    for number in range(60):
        address = f"guest{number}@example.org"
        own = Client()
        assert own.post(reverse("account_signup"), {**new, "email": address}).status_code == 302
        own.post(reverse("account_email_verification_sent"), {"code": code_in_last_mail(address)})
        assert signed_in(own), number
        own.logout()
        assert own.post(LOGIN, {"login": address, "password": new["password1"]}).status_code == 302


@pytest.mark.django_db
def test_one_network_address_cannot_try_without_end(client, reference):
    for number in range(NETWORK.times):
        assert limits.take(NETWORK, "network", "account_login 127.0.0.1") is None, number
    answer = client.post(LOGIN, {"login": "a@example.org", "password": "guess"})
    assert answer.status_code == 429
    # Control: another network address goes on.
    other = Client(REMOTE_ADDR="192.0.2.7").post(LOGIN, {"login": "a@example.org", "password": "guess"})
    assert other.status_code == 200


@pytest.mark.django_db
def test_the_page_says_when_to_try_again_and_keeps_what_was_typed_except_passwords(client, reference):
    typed = {"given_name": "Noor", "family_name": "Al-Hashimi", "email": "noor@example.org"}
    secret = "another long phrase 7"
    for _number in range(NETWORK.times):
        limits.take(NETWORK, "network", "account_signup 127.0.0.1")
    answer = client.post(reverse("account_signup") + "?next=/en/profile/", {**typed, "password1": secret})
    html = answer.content.decode()
    assert (answer.status_code, html.count("<h1")) == (429, 1)
    assert "<title>Too many attempts – SSC Groups</title>" in html
    wait = int(answer["Retry-After"])
    assert NETWORK.within / 2 < timedelta(seconds=wait) <= NETWORK.within
    assert f"You can try again in {ceil(wait / 60)} minutes, from" in html
    until = AttemptCount.objects.latest("until").until
    assert f"{until.astimezone(UTC):%H:%M} UTC" in html
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    kept.pop("csrfmiddlewaretoken", None)
    assert kept == typed
    assert secret not in html
    # Sending it again after the time shows the form with everything but the password.
    AttemptCount.objects.all().delete()
    form = client.post(reverse("account_signup") + "?next=/en/profile/", kept).content.decode()
    assert all(f'value="{value}"' in form for value in typed.values())
    assert "Fill in: Password" in form


@pytest.mark.django_db
def test_no_address_can_be_read_from_the_counts(client, stranger):
    sign_in(client, stranger, "guess")
    rows = list(AttemptCount.objects.values())
    assert rows
    assert stranger.email not in str(rows)


@pytest.mark.django_db
def test_counts_are_deleted_a_day_after_their_time(client, stranger, settings):
    sign_in(client, stranger, "guess")
    forget_old_attempts()
    assert AttemptCount.objects.exists()
    settings.CLOCK_SHIFT = timedelta(days=1, hours=2)
    forget_old_attempts()
    assert not AttemptCount.objects.exists()


@pytest.mark.django_db
def test_the_second_factor_of_just_now_is_not_counted(client, stranger):
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    for number in range(GUESSES.times - 1):
        sign_in(client, stranger)
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})
    for steps in (-1, 0, 1):
        sign_in(client, stranger)
        client.post(reverse("mfa_authenticate"), {"code": totp_code(secret, steps)})
        assert signed_in(client)
        client.logout()
