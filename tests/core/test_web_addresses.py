"""The website of a group: an address of a public site, shown as what it is."""

import pytest
from django.core.exceptions import ValidationError

from core.web_addresses import WebAddressField, link_to


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.org/cats?page=2#top", "https://www.example.org/cats?page=2#top"),
        ("http://example.org", "http://example.org"),
        ("www.example.org", "https://www.example.org"),
        ("https://Example.ORG:8443/", "https://example.org:8443/"),
        ("https://zoologisches-museum.köln/", "https://zoologisches-museum.xn--kln-sna/"),
        ("https://www.іucn.org/", "https://www.xn--ucn-ihd.org/"),  # the first letter is Cyrillic
        ("", ""),
    ],
)
def test_an_address_of_a_public_site_is_kept_with_its_host_in_ascii(typed, kept):
    assert WebAddressField(required=False).clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ftp://example.org/", "begins with https"),
        ("ftps://example.org/", "begins with https"),
        ("https://iucn.org@example.com/", "without a user name"),
        ("https://user:word@example.org/", "without a user name"),
        ("http://localhost:8000/", "public website"),
        ("http://portal.localhost/", "public website"),
        ("http://127.0.0.1/", "public website"),
        ("http://203.0.113.9/", "public website"),
        ("http://[::1]/", "public website"),
        ("http://portal.test/", "public website"),
        ("http://wiki.intranet/", "public website"),
        ("http://203.0.113.9./", "public website"),
        ("http://example.org./", ""),
    ],
)
def test_another_address_is_refused_with_what_to_enter(typed, words):
    if not words:  # the control: the last dot of a full name is no reason
        assert WebAddressField().clean(typed)
        return
    with pytest.raises(ValidationError) as refused:
        WebAddressField().clean(typed)
    assert words in " ".join(refused.value.messages) or "valid URL" in " ".join(refused.value.messages)


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "http://2130706433/", "http://0x7f.1/", "https://a b.org/"]
)
def test_what_is_no_address_at_all_is_refused(typed):
    with pytest.raises(ValidationError):
        WebAddressField().clean(typed)


def test_an_address_that_was_stored_before_the_rule_is_no_link():
    assert link_to("https://www.example.org/") == "https://www.example.org/"
    assert link_to("http://user@localhost/") == ""
    assert link_to("") == ""
