"""Addresses are worked out once and still follow language, arguments and server."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.urls import NoReverseMatch, path
from django.utils.translation import override

from core.addresses import address
from core.context_processors import in_other_language

urlpatterns = [path("elsewhere/", lambda request: None, name="elsewhere")]


def drawn(text, **context):
    return Template(text).render(Context(context))


def test_address_follows_the_language_of_the_moment():
    assert address("core:privacy") == address("core:privacy")
    with override("fr"):
        assert address("core:privacy").startswith("/fr/")
    with override("en"):
        assert address("core:privacy").startswith("/en/")


def test_address_follows_its_arguments_and_who_serves_it():
    with override("en"):
        assert address("groups:group-detail", "cat") == "/en/groups/cat/"
        assert address("groups:group-detail", "dog") == "/en/groups/dog/"
    with override_settings(ROOT_URLCONF=__name__):
        assert address("elsewhere") == "/elsewhere/"
    with pytest.raises(NoReverseMatch):
        address("elsewhere")


def test_url_tag_prints_keeps_and_refuses_as_djangos_does():
    with override("en"):
        assert drawn('{% url "groups:group-detail" slug %}', slug="cat") == "/en/groups/cat/"
        assert drawn('{% url "groups:group-detail" group=slug %}', slug="cat") == "/en/groups/cat/"
        assert (
            drawn('{% url "groups:group-detail" slug as there %}[{{ there }}]', slug="cat")
            == "[/en/groups/cat/]"
        )
        assert drawn('{% url "no:such" as there %}[{{ there }}]') == "[]"
        with pytest.raises(NoReverseMatch):
            drawn('{% url "no:such" %}')


def test_the_same_page_in_another_language_changes_the_first_part_only(rf):
    assert in_other_language(rf.get("/en/groups/fr/?on=2025-01-01"), "fr") == "/fr/groups/fr/"
    assert in_other_language(rf.get("/en/"), "es") == "/es/"
    assert in_other_language(rf.get("/demo/mail/"), "fr") == "/demo/mail/"
