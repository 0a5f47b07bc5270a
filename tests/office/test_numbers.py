"""Each number on a page is the number of rows in the list that it links to."""

import html
import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from core import clock
from groups.models import Quadrennium
from members import actions as members
from tests import factories
from tests.members.helpers import invite
from tests.members.helpers import request as asks_to_join
from tests.office.conftest import report
from tests.office.samples import mail_in_trouble
from tests.reporting import sets

pytestmark = pytest.mark.django_db


def rows_in(page):
    """The rows of the list of a page: row headings in the table bodies."""
    part = page.partition('id="list-found"')[2] or page.partition("<main")[2]
    return len(re.findall(r'<th scope="row"', part.partition("</table>")[0]))


def listed(client, here, link):
    """The number of rows on all pages of the list at the link."""
    address = urlsplit(html.unescape(link))
    given = {name: values[0] for name, values in parse_qs(address.query).items()}
    found, path = 0, address.path or here
    for number in range(1, 20):
        page = client.get(path, {**given, "page": number}).content.decode()
        found += rows_in(page)
        if 'rel="next"' not in page:
            return found
    raise AssertionError(f"{link} has no last page")


@pytest.fixture
def world(cast, group, other_group, year):
    """Reports and target sets in every state, some overdue and some not; more groups than one page holds."""
    later = clock.today() + timedelta(days=40)
    states = ["submitted"] * 4 + ["accepted"] * 3 + ["returned"] * 3 + ["draft"] * 4 + [None] * 14
    for number, state in enumerate(states):
        place = factories.make_group(subcategory=("Mammals", "Birds", "Committees")[number % 3])
        if state:
            more = {"extended_to": later} if number % 2 else {}
            report(place, year, state, by=cast["LE"], decided_by=cast["CS"], days_ago=number, **more)
        if number % 4 == 0:
            sets.make_set(place, state="submitted", submitted_by=cast["LE"], submitted_at=clock.now())
        if number % 4 == 1:
            sets.make_set(place)
    factories.make_group("Center for Species Survival: Sample", "center-for-species-survival")
    factories.make_group("Gone Specialist Group", closed_on=clock.today() - timedelta(days=400))
    return year


def test_every_figure_of_the_dashboard_is_the_number_of_rows_of_its_list(client, cast, world):
    client.force_login(cast["CS"])
    here = reverse("office:dashboard")
    page = client.get(here)
    figures = [(int(one["value"]), one["label"], one["url"]) for one in page.context["figures"]]
    key = [(number, label, url) for _css, number, label, url in page.context["chart"]["key"]]
    waiting = [
        (int(one["label"].split()[0]), one["label"], one["url"]) for one in page.context["waiting_lists"]
    ]
    for number, label, url in (*figures, *key, *waiting):
        assert number == listed(client, here, url), label
    assert len({label for _number, label, _url in (*figures, *key)}) == len(figures) + len(key)
    # Control: the figures differ, so a link to another list would be seen.
    assert len({number for number, _label, _url in (*figures, *key)}) > 5
    assert sum(number for number, _label, _url in key) == page.context["grid"].counts.of
    states = {label: number for number, label, _url in figures}
    assert states["sent back"] > next(n for n, label, _url in key if label == "Sent back, not overdue") > 0


def test_the_number_on_the_export_is_the_number_of_its_rows(client, cast, world):
    client.force_login(cast["CS"])
    for name in ("report-list", "target-list"):
        for query in ({}, {"years": "all"}, {"state": "submitted"}):
            page = client.get(reverse(f"office:{name}"), query).context
            text = client.get(page["export_url"]).content.decode("utf-8-sig")
            assert page["found"] == text.count("\r\n") - 1 > 0, (name, query)
            assert page["found"] == listed(
                client, "", f"{reverse(f'office:{name}')}?{page['export_url'].partition('?')[2]}"
            )


def test_my_tasks_counts_what_the_lists_and_the_dashboard_count(client, cast, world):
    client.force_login(cast["CS"])
    queue = client.get(reverse("workspace:task-list")).context["queue"]
    grid = client.get(reverse("office:dashboard")).context["grid"]
    said = [int(number) for number in re.findall(r"\d+", queue.sentence)]
    assert said == [len(grid.reports), len(grid.targets)]
    assert said == [listed(client, "", one["url"]) for one in queue.lists]
    assert queue.unassigned.split()[0] == str(sum(said))  # no group of this world has network support but two


def test_the_numbers_of_the_directory_are_those_of_its_lists(client, cast, world):
    here = reverse("workspace:directory")
    page = client.get(here)
    context, text = page.context, " ".join(page.content.decode().split())
    everything = listed(client, here, here)
    assert f"{context['total']} groups of people" in text
    assert f"All {context['total']} groups and one partner center" in text
    assert context["total"] + 1 == everything == context["found"]
    for name, number, url, _current in context["headings"]:
        assert number == listed(client, here, url), name
    for chip in context["chips"]:
        if chip["count"] is not None:
            assert chip["count"] == listed(client, here, chip["url"]), chip["label"]


@pytest.fixture
def people(cast, group):
    """Members, former members of whom some are invited again, and invitations and requests in each state."""
    before = Quadrennium.objects.get(label="2021–2025")
    for number in range(30):
        factories.make_member(
            group, factories.make_person("Asha", f"Ball{number:02}" if number < 4 else "Kumar")
        )
    for name in ("Ballard", "Balla", "Quist", "Rivers"):
        former = factories.make_person("Former", name)
        factories.make_member(
            group, former, quadrennium=before, starts_on=before.starts_on, ends_on=before.ends_on
        )
        if name in ("Balla", "Quist"):
            invite(group, cast["LE"], former.email)
    for address in ("ball@example.org", "someone@example.org"):
        invite(group, cast["LE"], address)
    members.prepare_invitation(group=group, by=cast["PO"], email="later@example.org")
    asks_to_join(group, factories.make_person("Asks", "Balloon"))
    return group


@pytest.mark.parametrize(
    "search", ["", "?q=ball", "?show=invited&q=ball", "?show=not-yet&q=ball", "?q=nobody"]
)
def test_each_chip_of_the_member_list_counts_within_the_search(client, cast, people, search):
    client.force_login(cast["LE"])
    here = reverse("members:member-list", args=[people.slug])
    chips = client.get(here + search).context["chips"]
    assert len(chips) == 6
    for chip in chips:
        assert chip["count"] == listed(client, here, chip["url"]), chip["label"]


def test_renewal_and_invitations_have_different_words_for_different_numbers(client, cast, people):
    client.force_login(cast["LE"])
    page = client.get(reverse("members:member-list", args=[people.slug])).context
    chips = {chip["label"]: chip["count"] for chip in page["chips"]}
    renewal = {label: number for _css, number, label in page["renewal_parts"]}
    assert (chips["Invited"], renewal["Invited again"]) == (4, 2)
    same = chips.keys() & renewal.keys()
    assert same == {"Not invited yet"}
    assert chips["Not invited yet"] == renewal["Not invited yet"] == 2
    assert sum(renewal.values()) == page["renewal"].total == 4


def test_a_group_has_as_many_members_on_every_page(client, cast, people):
    here = reverse("members:member-list", args=[people.slug])
    client.force_login(cast["LE"])
    number = listed(client, here, here)
    assert client.get(here).context["total"] == number == 38
    overview = client.get(reverse("workspace:overview", args=[people.slug])).content.decode()
    assert f">{number} members</a>" in overview
    assert client.get(reverse("workspace:group-detail", args=[people.slug])).context["members"] == number
    rows = client.get(reverse("workspace:my-groups")).context["rows"]
    assert [row[2]["text"] for row in rows] == [number]
    directory = client.get(reverse("workspace:directory"), {"q": people.name}).context["rows"]
    assert [members for _group, _leaders, members in directory] == [number]


def test_the_overview_counts_the_invitations_that_its_links_list(client, cast, people):
    client.force_login(cast["LE"])
    page = client.get(reverse("workspace:overview", args=[people.slug])).content.decode()
    here = reverse("members:member-list", args=[people.slug])
    links = re.findall(rf'href="({re.escape(here)}\?show=\w+)">\s*(\d+)', page)
    assert len(links) == 3
    for url, number in links:
        assert int(number) == listed(client, here, url), url


def test_the_numbers_of_the_targets_are_those_of_the_lists(client, cast, group):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CS"])
    for number, part in enumerate(("assess", "assess", "plan", "act"), 1):
        pair = next(pair for pair in sets.pairs() if pair[0] == part)
        sets.make_target(target_set, number, component=part, subcategory=pair[1])
    client.force_login(cast["LE"])
    here = reverse("reporting:target-list", args=[group.slug, 2026, 2029])
    chips = client.get(here).context["chips"]
    found = {chip["label"]: chip["count"] for chip in chips}
    assert found["All"] == 4
    for chip in chips:
        page = client.get(chip["url"]).content.decode().partition('id="list-found"')[2]
        assert chip["count"] == page.count('<th scope="row"'), chip["label"]
    cycle = client.get(reverse("workspace:overview", args=[group.slug])).context["cycle"]
    assert {part["label"]: part["targets"] for part in cycle.parts} == {
        label: count for label, count in found.items() if label != "All"
    }
    client.force_login(cast["CS"])
    row = client.get(reverse("office:target-list"), {"q": group.name}).context["rows"][0]
    assert row[3]["text"] == found["All"]


def test_the_mail_queue_counts_what_it_lists(client, cast):
    for _number in range(3):
        mail_in_trouble()
    client.force_login(cast["CA"])
    context = client.get(reverse("office:mail-queue")).context
    assert sum(one["value"] for one in context["figures"] if one["kind"]) == len(context["troubled"]) == 3


@pytest.mark.parametrize("name", ["group", "remit", "leaders", "members"])
def test_the_directory_keeps_every_group_in_any_order(client, cast, world, name):
    here = reverse("workspace:directory")
    orders = []
    for sort in (name, f"-{name}"):
        found = [
            group.pk
            for number in (1, 2)
            for group, _leaders, _members in client.get(here, {"sort": sort, "page": number}).context["rows"]
        ]
        assert len(found) == len(set(found)) == client.get(here).context["found"]
        orders.append(found)
    assert orders[0] != orders[1] or name == "remit"
    page = client.get(here, {"sort": "-members", "section": "mammals"}).content.decode()
    assert 'aria-sort="descending"' in page
    assert "sort=members" in page
    assert client.get(here, {"sort": "password"}).status_code == 200


def test_members_are_sorted_by_each_column_and_keep_their_search(client, cast, group):
    for given, family, country in (("A", "Zorn", "CH"), ("B", "Young", "AF"), ("C", "Xu", "CI")):
        person = factories.make_person(given, family)
        person.country = country
        person.save()
        factories.make_member(group, person, starts_on=date(2026, 1, {"A": 3, "B": 2, "C": 9}[given]))
    client.force_login(cast["LE"])
    here = reverse("members:member-list", args=[group.slug])

    def first(**query):
        return [row.family_name for row in client.get(here, query).context["members"]][:3]

    assert first(sort="country") == ["Young", "Xu", "Zorn"]  # Afghanistan, Côte d’Ivoire, Switzerland
    assert first(sort="-name") == ["Zorn", "Young", "Xu"]
    assert first(sort="-since")[0] == "Xu"
    page = client.get(here, {"sort": "country", "q": "o"}).content.decode()
    assert 'aria-sort="ascending"' in page
    assert "q=o&amp;sort=-country" in page
