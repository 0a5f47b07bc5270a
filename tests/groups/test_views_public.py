"""The public directory and the public group page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory():
    return reverse("workspace:directory")


def names_in(page):
    """Groups that the directory's table lists."""
    return page.content.decode().split("<tbody")[1].split("</tbody>")[0] if b"<tbody" in page.content else ""


def test_directory_lists_open_groups_with_leaders_and_size(client, directory, group, cast):
    closed = factories.make_group("Auk Specialist Group", closed_on=clock.today())
    page = client.get(directory)
    text = page.content.decode()
    assert "Cat Specialist Group" in names_in(page)
    assert cast["LE"].name in names_in(page)
    assert closed.name not in text
    assert "2 groups of people" in text
    assert 'data-u=" members" class="r num">8</td>' in " ".join(text.split())


def test_directory_is_browsed_by_what_groups_look_after_and_by_kind(client, directory, reference):
    factories.make_group("Heron Specialist Group", subcategory="Birds")
    factories.make_group("Bird Red List Authority", category="red-list-authority", subcategory="Birds")
    factories.make_group("Moss Specialist Group", subcategory="Plants")
    factories.make_group(
        "Lake Conservation Committee", category="conservation-committee", subcategory="Committees"
    )
    birds = names_in(client.get(directory, {"section": "birds"}))
    assert ("Heron" in birds, "Bird Red" in birds, "Moss" in birds) == (True, True, False)
    authorities = names_in(client.get(directory, {"section": "birds", "kind": "red-list-authority"}))
    assert ("Heron" in authorities, "Bird Red" in authorities) == (False, True)
    cross = names_in(client.get(directory, {"section": "cross-cutting"}))
    assert ("Lake" in cross, "Heron" in cross) == (True, False)


@pytest.mark.parametrize("words", ["FELIDAE", "vauclair", "inès", "ines vauc", "cat specialist"])
def test_search_finds_by_remit_and_leader_whatever_accents_and_case(client, directory, words, reference):
    group = factories.make_group("Cat Specialist Group", remit="Felidae")
    factories.make_group("Otter Specialist Group", remit="Lutrinae")
    factories.appoint(group, factories.make_person("Inès", "Vauclair"), "chair")
    found = names_in(client.get(directory, {"q": words}))
    assert "Cat Specialist Group" in found
    assert "Otter Specialist Group" not in found


def test_search_does_not_find_by_members_or_former_leaders(client, directory, group):
    hidden = factories.make_person("Quiet", "Membership")
    factories.make_member(group, hidden)
    gone = factories.make_person("Gone", "Chairlady")
    factories.appoint(group, gone, "chair", ends_on=clock.today() - timedelta(days=1))
    for words in ("Membership", "Chairlady"):
        page = client.get(directory, {"q": words})
        assert "Cat Specialist Group" not in names_in(page)
        assert "No group was found" in page.content.decode()


def test_hostile_words_and_pages_are_answered_quietly(client, directory, group):
    for query in (
        {"q": "<script>'\";--"},
        {"q": "\x00%_"},
        {"page": "0"},
        {"page": "x"},
        {"section": "../"},
        {"kind": "x"},
    ):
        page = client.get(directory, query)
        assert page.status_code == 200
        assert b"<script>'" not in page.content


def test_directory_asks_the_same_few_queries_for_three_and_for_seventeen_groups(client, directory, reference):
    def ask():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(directory).status_code == 200
        return len(captured)

    def add(number):
        for _one in range(number):
            group = factories.make_group()
            factories.appoint(group, factories.make_person(), "chair")
            factories.make_member(group)

    add(3)
    ask()  # what is read once per process
    few = ask()
    add(14)
    assert ask() == few
    assert few <= 12


def test_group_page_shows_the_contact_while_in_office_and_not_a_day_longer(client, group, leader):
    leader.public_email = "cats@example.org"
    leader.save()
    page = client.get(group.get_absolute_url()).content.decode()
    assert leader.name in page
    assert "cats@example.org" in page
    assert leader.email not in page

    from core import scope
    from groups.models import Appointment

    with scope.group_scope(group):
        row = Appointment.objects.get(person=leader)
    factories.end_appointment(row)
    after = client.get(group.get_absolute_url()).content.decode()
    assert "cats@example.org" not in after
    assert "Nobody at present" in after
    # Who led on an earlier day is told, the contact is not.
    day = (clock.today() - timedelta(days=3)).isoformat()
    earlier = client.get(group.get_absolute_url(), {"on": day}).content.decode()
    assert leader.name in earlier
    assert "cats@example.org" not in earlier


def test_contact_of_other_offices_is_never_public(client, group, cast):
    for code in ("DE", "PO", "TR", "FP", "NS", "ME"):
        cast[code].public_email = f"{code.lower()}@public.example"
        cast[code].save()
    page = client.get(group.get_absolute_url()).content.decode()
    assert "@public.example" not in page


def test_a_group_without_a_leader_names_its_contact_at_the_office(client, group):
    support = factories.make_person("Marta", "Lindqvist")
    factories.appoint(group, support, "network_support")
    page = client.get(group.get_absolute_url()).content.decode()
    assert (
        "This group has no leader at present. Marta Lindqvist of the Chair’s Office is the contact." in page
    )


def test_a_closed_group_says_so_and_its_inside_is_not_offered(client, group, leader, cast):
    from groups import actions

    actions.close_group(group=group, by=cast["SC"])
    page = client.get(group.get_absolute_url()).content.decode()
    assert "This group is closed" in page
    assert "Joining" not in page


def test_a_group_that_never_was_answers_404(client, reference):
    assert client.get(reverse("workspace:group-detail", args=["unicorn"])).status_code == 404


def test_public_pages_load_no_script(client, group, leader, directory):
    client.force_login(leader)
    for url in (directory, group.get_absolute_url()):
        assert b"<script" not in client.get(url).content


def test_directory_follows_every_change_of_what_it_shows(client, directory, group, cast):
    from core import scope
    from groups.models import Appointment

    before = names_in(client.get(directory))
    assert names_in(client.get(directory)) == before
    with scope.group_scope(group):
        factories.end_appointment(Appointment.objects.get(person=cast["LE"]))
    group.name, group.remit = "Great Cat Specialist Group", "Pantherinae"
    group.save()
    factories.make_group("Heron Specialist Group", subcategory="Birds")
    page = client.get(directory)
    after = names_in(page)
    assert cast["LE"].name in before
    assert cast["LE"].name not in after
    assert "Great Cat Specialist Group" in after
    assert "Pantherinae" in after
    assert "Heron Specialist Group" in after
    assert "3 groups of people" in page.content.decode()


def test_directory_lists_each_group_once_over_its_pages(client, directory, reference):
    made = [factories.make_group(f"Group {number:02}", subcategory="Birds") for number in range(27)]
    pages = [names_in(client.get(directory, {"page": number, "section": "birds"})) for number in (1, 2)]
    assert [page.count("<tr") for page in pages] == [25, 2]
    assert all(sum(page.count(f">{one.name}<") for page in pages) == 1 for one in made)


def test_directory_without_groups_says_so(client, directory, reference):
    assert "No group was found" in client.get(directory).content.decode()
