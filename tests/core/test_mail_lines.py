"""Words of people in mails: nothing in them becomes a link that the portal did not make."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.forms import person_name
from core.mail.lines import inert


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("See http://www.evil.example/a.b?c=d now", "See http[:]//www[.]evil[.]example/a.b?c=d now"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("evil.example, then", "evil[.]example, then"),
        ("HTTPS://192.0.2.7/login", "HTTPS[:]//192.0.2.7/login"),
        ("evil。example", "evil[.]example"),
        ("bücher.example", "bücher[.]example"),
        ("t.co/x", "t[.]co/x"),
        ("user@evil.example/login", "user@evil[.]example/login"),
    ],
)
def test_an_address_of_a_website_in_the_words_of_a_person_is_no_link(typed, printed):
    assert inert(typed) == printed


@pytest.mark.parametrize(
    "text",
    [
        "We survey caracals. They are rare, e.g. in Oman.",
        "3.5 km of 12.000",
        "Write to name.other@example.org.",
        "(name@example.org)",
        "Two lines\nand  two blanks",
        "J. R. R. Tolkien",
        "",
    ],
)
def test_other_words_stay_as_they_were_typed(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    "name", ["www.evil.example", "http://x", "Go to evil.example", "a@b.example", "www evil"]
)
def test_a_name_is_no_address(name):
    with pytest.raises(ValidationError) as refusal:
        person_name(name)
    assert "cannot contain a web or email address" in refusal.value.messages[0]


@pytest.mark.parametrize(
    "name", ["Inès", "O’Brien", "J. R. R.", "St. John", "Nguyễn Đặng", "Jean-Luc", "de la Cruz"]
)
def test_a_name_is_accepted(name):
    person_name(name)
