"""Passwords that repeat are refused; a person without a name is never shown by their address; messages stay inside."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import User, full_name, listed_name
from accounts.validators import is_repetitive
from core import clock
from tests import factories

WEAK = [
    "aaaaaaaaaaaa",
    "abababababab",
    "abcabcabcabc",
    "abcdeabcdeab",
    "qwertyqwerty",
    "123456789012",
    "zyxwvutsrqpo",
]
GOOD = [
    factories.PASSWORD,
    "correct horse battery",
    "another long phrase 7",
    "wXq3-8rT!pLm",
    "三四个长长的词语在一起好记",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_repeats_or_counts_is_refused(password):
    with pytest.raises(ValidationError, match="repeats less"):
        validate_password(password)


@pytest.mark.parametrize("password", GOOD)
def test_a_phrase_or_random_letters_are_accepted(password):
    assert not is_repetitive(password)
    validate_password(password)


@pytest.mark.django_db
def test_the_sign_up_page_says_what_is_wrong_with_a_password(client, reference):
    new = {"given_name": "N", "family_name": "A", "email": "n@example.org", "password1": "aaaaaaaaaaaa"}
    page = client.post(reverse("account_signup"), new)
    assert "Choose a password that repeats less" in page.content.decode()
    assert not User.objects.filter(email="n@example.org").exists()


def test_a_name_is_never_an_address():
    assert (full_name("Ada", ""), listed_name("", "Okafor")) == ("Ada", "Okafor")
    for language, word in (("en", "Name not given"), ("fr", "Nom non indiqué"), ("es", "Nombre no indicado")):
        with translation.override(language):
            nameless = User(email="secret@example.org")
            assert {nameless.name, nameless.listed_name, str(nameless), nameless.get_full_name()} == {word}


@pytest.mark.django_db
def test_no_public_page_shows_the_address_of_a_person_without_a_name(client, group, cast):
    nameless = factories.make_person("x", email="secret.login@example.org")
    User.objects.filter(pk=nameless.pk).update(given_name="", family_name="", search="", sort_key="")
    factories.make_member(group, nameless)
    factories.appoint(group, nameless, "co_chair")
    factories.appoint(group, nameless, "network_support", starts_on=clock.today() - timedelta(days=9))
    pages = {
        "visitor": [reverse("workspace:directory"), reverse("workspace:group-detail", args=[group.slug])],
        "ME": [reverse("members:member-list", args=[group.slug])],
        "OM": [reverse("workspace:directory"), reverse("workspace:group-detail", args=[group.slug])],
    }
    shown = 0
    for reader, urls in pages.items():
        if reader != "visitor":
            client.force_login(cast[reader])
        for url in urls:
            page = client.get(url).content.decode()
            assert "secret.login" not in page, (reader, url)
            shown += "Name not given" in page
    assert shown  # the person is on these pages


@pytest.mark.django_db
def test_messages_stay_on_the_server(client, stranger):
    client.force_login(stranger)
    given = {"given_name": "Noor", "family_name": "Al-Hashimi", "language": "en", "country": "JO"}
    answer = client.post(reverse("accounts:profile"), given)
    assert "messages" not in answer.cookies
    assert client.session["_messages"]
    assert 'class="note' in client.get(answer["Location"]).content.decode()
    assert "_messages" not in client.session or not client.session["_messages"]
