"""Lists that are filtered in place: the answer to htmx, and the answer to requests without script."""

import gzip
import re

import pytest
from django.urls import reverse

from tests import factories
from tests.reporting import sets

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(cast, group, year):
    """The pages with such a list, and somebody who may open each."""
    agreed = sets.make_agreed_set(group, cast["LE"], cast["CS"])
    sets.make_target(agreed, 1)
    sets.make_target(agreed, 2, component="plan", subcategory="planning")
    return {
        "members:member-list": (cast["LE"], reverse("members:member-list", args=[group.slug])),
        "reporting:target-list": (
            cast["LE"],
            reverse("reporting:target-list", args=[group.slug, 2026, 2029]),
        ),
        "office:report-list": (cast["CS"], reverse("office:report-list")),
        "office:target-list": (cast["CS"], reverse("office:target-list")),
    }


def by_htmx(client, url, *, here="", **headers):
    """What the script asks when a filter changes on the page at `here`."""
    given = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "list-found", **headers}
    return client.get(url, headers={**given, "HX-Current-URL": f"http://testserver{here or url}"})


LISTS = ["members:member-list", "reporting:target-list", "office:report-list", "office:target-list"]


@pytest.mark.parametrize("name", LISTS)
def test_the_script_gets_the_list_and_nothing_of_the_frame(client, pages, name):
    person, url = pages[name]
    client.force_login(person)

    whole, part = client.get(url), by_htmx(client, url)

    page, answer = whole.content.decode(), part.content.decode()
    assert part.status_code == 200
    for piece in ('id="list-found"', 'id="list-count"'):
        assert answer.count(piece) == page.count(piece) == 1
    assert answer.count("<table") == 1
    for frame in ("<html", "<head>", "<script", "<main", 'class="rail', "<footer", 'class="top'):
        assert frame not in answer
    assert len(gzip.compress(part.content)) < len(gzip.compress(whole.content)) * 0.7


@pytest.mark.parametrize("name", LISTS)
def test_the_list_is_the_same_for_script_and_page(client, pages, name):
    person, url = pages[name]
    client.force_login(person)

    rows = [
        re.findall(r'<th scope="row".*?</th>', answer.content.decode().split('id="list-found"')[1], re.DOTALL)
        for answer in (client.get(f"{url}?q=a"), by_htmx(client, f"{url}?q=a"))
    ]

    assert rows[0] == rows[1] != []


@pytest.mark.parametrize("name", LISTS)
def test_a_cache_keeps_page_and_list_apart(client, pages, name):
    person, url = pages[name]
    client.force_login(person)

    for answer in (client.get(url), by_htmx(client, url)):
        assert {"HX-Request", "HX-Target"} <= set(re.split(r",\s*", answer["Vary"]))
        assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("name", LISTS)
def test_the_script_gets_the_whole_page_for_any_other_place(client, pages, name):
    person, url = pages[name]
    client.force_login(person)

    assert "<html" in by_htmx(client, url, **{"HX-Target": "main"}).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_a_session_that_ended_loads_the_sign_in_as_a_page_and_leads_back(client, pages, name):
    _person, url = pages[name]

    answer = by_htmx(client, f"{url}?q=cat")

    assert answer.status_code == 200
    assert answer.content == b""
    assert "Location" not in answer
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next={url}%3Fq%3Dcat"
    assert client.get(f"{url}?q=cat").status_code == 302


def test_a_second_step_that_is_wanted_opens_as_a_page(client, cast, pages):
    person = factories.make_person("Office", "Person")
    factories.appoint_network(person, "CS", second_factor=False)
    client.force_login(person)

    answer = by_htmx(client, reverse("office:dashboard"))

    assert (answer.status_code, answer["HX-Redirect"]) == (200, reverse("mfa_index"))


def test_the_export_follows_the_filters_of_the_list(client, cast, pages):
    client.force_login(cast["CS"])

    answer = by_htmx(client, f"{reverse('office:report-list')}?q=cat&sort=-due").content.decode()

    head = answer.partition('id="list-head"')[2].partition("<section")[0]
    assert re.search(r'href="[^"]*reports\.csv\?years=\d+&amp;q=cat&amp;sort=-due"', head)
    assert "Export one report" in head


def test_links_to_elsewhere_in_a_list_are_left_to_the_browser(client, pages):
    for person, url in pages.values():
        client.force_login(person)
        page = client.get(url).content.decode()
        table = page.partition('id="list-found"')[2].partition("<table")
        assert 'hx-boost="false"' in table[0][-60:] + table[2].partition(">")[0]
