"""A visitor finds a group in the public directory and reads how to reach its leaders."""

from __future__ import annotations

import pytest

from tests import factories


@pytest.fixture
def network(reference) -> None:
    """A handful of groups of several kinds, with leaders whose contact is public while in office."""
    cat = factories.make_group("Cat Specialist Group", slug="cat", remit="Wild cats (Felidae)")
    factories.make_group("Otter Specialist Group", slug="otter", remit="Otters (Lutrinae)")
    factories.make_group("Climate Change Task Force", slug="climate", category="task-force", remit="Climate")
    chair = factories.make_person("Inès", "Vauclair", public_email="chair@cats.example.org")
    factories.appoint(cat, chair, "co_chair")
    former = factories.make_person("Former", "Chairperson", public_email="former@cats.example.org")
    factories.end_appointment(factories.appoint(cat, former, "co_chair"))


def test_a_visitor_searches_the_directory_and_finds_the_leaders_public_contact(network, visitor):
    visitor.go("/")
    assert visitor.path == "/en/"
    visitor.sees("Otter Specialist Group")
    visitor.sees("Climate Change Task Force")
    visitor.fill(q="felidae")
    visitor.press("Find")
    visitor.sees("Cat Specialist Group")
    assert "Otter Specialist Group" not in visitor.text
    visitor.click("Cat Specialist Group")
    assert visitor.path == "/en/groups/cat/"
    visitor.sees("Inès Vauclair")
    visitor.sees("chair@cats.example.org")
    assert "former@cats.example.org" not in visitor.page.content()


def test_a_visitor_browses_by_kind_of_group(network, visitor):
    visitor.go("/en/")
    visitor.click("Task Force", inside=visitor.page.locator("main"))
    visitor.sees("Climate Change Task Force")
    assert "Cat Specialist Group" not in visitor.text


def test_a_search_without_a_find_says_what_to_try(network, visitor):
    visitor.go("/en/?q=unicorn")
    visitor.sees("No group was found")


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_directory_speaks_the_visitors_language(network, visitor, language):
    visitor.go(f"/{language}/")
    assert visitor.page.locator("html").get_attribute("lang") == language
    assert visitor.page.locator("link[rel=alternate]").count() == 2
    visitor.go(f"/{language}/groups/cat/")
    visitor.sees("Inès Vauclair")


def test_public_pages_load_no_script_and_set_no_cookie_for_a_visitor(network, open_browser):
    visitor = open_browser()
    loaded = []
    visitor.page.on("request", lambda request: loaded.append((request.resource_type, request.url)))
    for path in ("/en/", "/en/groups/cat/", "/en/privacy/", "/en/accessibility/", "/en/guidance/"):
        visitor.go(path)
    assert [url for kind, url in loaded if kind == "script"] == []
    assert len(loaded) > 5
    assert visitor.page.context.cookies() == []


def test_an_address_that_leads_nowhere_answers_with_the_portals_own_page(network, visitor):
    visitor.go("/en/groups/never-existed/", status=404)
    visitor.click("Go to the start page")
    assert visitor.path == "/en/"
