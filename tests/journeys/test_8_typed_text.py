"""What a person types survives: a browser that closes, and a session that ends, with and without script."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from core import scope
from core.models import KeptText
from reporting.models import ReportSection
from tests import conftest, factories
from tests.journeys.conftest import PHONE, WIDE

TEXT = "Ten ponds surveyed.\n\nThree had newts – « Łódź »."


@pytest.fixture
def everybody(january, group, other_group) -> conftest.Cast:
    return conftest.make_cast(group, other_group)


@pytest.fixture
def section(group) -> str:
    with translation.override("en"):
        return reverse("reporting:report-section", args=[group.slug, 2026, "act"])


def saved_text() -> list[str]:
    with transaction.atomic(), scope.read_everywhere("checks"):
        return list(ReportSection.objects.values_list("text", flat=True))


def test_a_draft_survives_a_closed_browser(everybody, section, open_browser, let_in):
    first = let_in(open_browser(), everybody["LE"])
    first.go(section)
    first.fill(text=TEXT)
    expect(first.page.locator("[data-saved]").first).to_have_text(
        re.compile(r"^Draft saved at \d\d:\d\d( [AP]M)?\.$"), timeout=15_000
    )
    first.page.context.close()
    assert saved_text() == []  # a draft is nobody else's business yet

    again = let_in(open_browser(), everybody["LE"])
    again.go(section)
    again.sees("This is your draft")
    assert again.page.locator("[name=text]").input_value() == TEXT
    again.page.locator(".savebar button.btn").first.click()
    again.page.wait_for_load_state()
    assert saved_text() == [TEXT]
    assert not KeptText.objects.exists()
    again.go(section)
    assert again.page.get_by_text("This is your draft").count() == 0


def test_what_is_typed_just_before_the_page_closes_is_saved_too(everybody, section, open_browser, let_in):
    visitor = let_in(open_browser(), everybody["LE"])
    visitor.go(section)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.fill(text=TEXT)
    visitor.page.goto(visitor.address + "/en/tasks/")
    visitor.go(section)
    assert visitor.page.locator("[name=text]").input_value() == TEXT


def test_when_the_network_is_away_the_page_says_so_and_saves_later(everybody, section, open_browser, let_in):
    visitor = let_in(open_browser(), everybody["LE"])
    visitor.go(section)
    note = visitor.page.locator("[data-saved]").first
    visitor.page.context.set_offline(True)
    visitor.fill(text=TEXT)
    expect(note).to_have_text(re.compile("^Not saved yet"), timeout=15_000)
    visitor.page.context.set_offline(False)
    expect(note).to_have_text(re.compile("^Draft saved at"), timeout=25_000)
    assert KeptText.objects.count() == 1


@pytest.mark.parametrize("surface", [(WIDE, False), (PHONE, True)], ids=["no-script", "phone"])
def test_a_session_that_ends_gives_the_text_back_after_the_sign_in(
    everybody, section, open_browser, let_in, surface
):
    leader = everybody["LE"]
    visitor = let_in(open_browser(surface), leader)
    visitor.go(section)
    visitor.fill(text=TEXT)
    visitor.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    visitor.page.locator(".savebar button.btn").first.click()
    visitor.page.wait_for_load_state()
    visitor.sees("What you entered is kept. Sign in to go on.")
    visitor.look()
    assert saved_text() == []
    visitor.fill(login=leader.email, password=factories.PASSWORD)
    visitor.press("Sign in", exact=True)
    assert visitor.path == section
    visitor.sees("You were signed out before the portal could do this")
    assert visitor.page.locator("[name=text]").input_value() == TEXT
    visitor.page.locator(".savebar button.btn").first.click()
    visitor.page.wait_for_load_state()
    assert saved_text() == [TEXT]
    visitor.go("/en/kept/")
    visitor.sees("The portal keeps no text of yours")


def test_a_kept_text_is_discarded_on_purpose_only(everybody, section, open_browser, let_in):
    visitor = let_in(open_browser((WIDE, False)), everybody["LE"])
    visitor.go(section)
    visitor.fill(text=TEXT)
    visitor.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    visitor.page.locator(".savebar button.btn").first.click()
    let_in(visitor, everybody["LE"])
    visitor.go(section)
    visitor.click("Discard this text")
    assert visitor.page.locator("textarea").first.input_value() == TEXT
    visitor.press("Remove this text")
    visitor.sees("The kept text is removed.")
    visitor.go(section)
    assert visitor.page.locator("[name=text]").input_value() == ""
