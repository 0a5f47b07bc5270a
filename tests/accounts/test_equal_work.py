"""The portal does the same work for an address with an account and for one without, so that time reveals nothing."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import forms
from core.models import OutgoingMail
from tests import factories

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@example.org"


def sign_up(address):
    new = {"given_name": "N", "family_name": "A", "password1": "another long phrase 7"}
    return Client().post(reverse("account_signup"), {**new, "email": address})


def sign_in(address):
    return Client().post(reverse("account_login"), {"login": address, "password": "not the pass phrase"})


def ask_for_a_code(address):
    return Client().post(reverse("account_request_login_code"), {"email": address})


def ask_for_a_new_password(address):
    return Client().post(reverse("account_reset_password"), {"email": address})


def add_the_address(address):
    client, person = Client(), factories.make_person()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4e9, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client.post(reverse("account_email"), {"action_add": "", "email": address})


PAGES = [sign_up, sign_in, ask_for_a_code, ask_for_a_new_password, add_the_address]


def work(page, address) -> dict[str, Any]:
    """What a post costs: rounds of hashing, mails, statements; and where it leads."""
    hasher, hashed = hashers.get_hasher(), []
    encode = type(hasher).encode

    def counted(self, password, salt, *rest):
        hashed.append(salt)
        return encode(self, password, salt, *rest)

    before = OutgoingMail.objects.count()
    with (
        mock.patch.object(type(hasher), "encode", counted),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        made = page(address)
    return {
        "hashed": len(hashed),
        "mails": OutgoingMail.objects.count() - before,
        "answer": (made.status_code, made.get("Location", "")),
        "statements": len(queries),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_page_that_takes_an_address_does_the_same_for_known_and_unknown_ones(stranger, page):
    page(UNKNOWN.replace("nobody", "warm"))  # what a process reads once
    known, unknown = work(page, stranger.email), work(page, UNKNOWN)
    for cost in ("hashed", "mails", "answer"):
        assert known[cost] == unknown[cost], cost
    # A new account is also written, with its address: a few statements beside a quarter of a second of hashing.
    more = 12 if page is sign_up else 3
    assert abs(known["statements"] - unknown["statements"]) <= more, (known, unknown)


def test_without_the_same_hashing_a_known_address_would_cost_less(stranger):
    """The control: the measure sees the difference that a person with a clock saw."""
    sign_up(UNKNOWN.replace("nobody", "warm"))
    with mock.patch.object(forms, "make_password"):
        assert work(sign_up, stranger.email)["hashed"] < work(sign_up, UNKNOWN)["hashed"]
