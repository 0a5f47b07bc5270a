"""My groups and the overview of a group."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import audit, scope
from groups import actions
from tests import factories

pytestmark = pytest.mark.django_db


def test_my_groups_lists_own_groups_only(client, cast, other_group):
    client.force_login(cast["LE"])
    page = client.get(reverse("workspace:my-groups")).content.decode()
    assert "Cat Specialist Group" in page
    assert 'data-l="Members">8</td>' in page
    assert other_group.name not in page


def test_my_groups_are_sorted_by_name_role_and_size(client, cast, group, other_group):
    factories.make_member(other_group, cast["LE"])
    client.force_login(cast["LE"])

    def slugs(sort):
        page = client.get(reverse("workspace:my-groups"), {"sort": sort})
        return [row[0]["url"].split("/")[-2] for row in page.context["rows"]]

    assert slugs("") == slugs("group") == slugs("nonsense") == ["cat", "otter"]
    assert slugs("-group") == ["otter", "cat"]
    for _one in range(3):
        factories.make_member(other_group)
    assert slugs("members") == ["cat", "otter"]
    assert slugs("-members") == ["otter", "cat"]
    assert slugs("roles") == ["otter", "cat"]  # Member, then Member and Leader


def test_somebody_without_a_group_is_told_how_to_find_one(client, stranger):
    client.force_login(stranger)
    page = client.get(reverse("workspace:my-groups")).content.decode()
    assert "You belong to no group yet" in page


def test_overview_shows_offices_and_the_activity_to_those_who_may_read_it(client, group, cast):
    url = reverse("workspace:overview", args=[group.slug])
    actions.update_details(group=group, by=cast["PO"], version=1, mission="To know them all")
    client.force_login(cast["LE"])
    page = client.get(url).content.decode()
    assert "You are here as: Leader" in page
    assert f"{cast['PO'].name} changed the group’s details." in page
    assert "Name a focal point" in page
    client.force_login(cast["ME"])
    page = client.get(url).content.decode()
    assert cast["TR"].name in page
    assert "changed the group’s details." not in page
    assert "Name a focal point" not in page


def test_hostile_names_are_inert_in_activity(client, group, leader):
    evil = factories.make_person("<script>alert(1)</script>", "%(by)s %s {{ x }}")
    factories.make_member(group, evil)
    actions.appoint_to_office(group=group, person=evil, office="treasurer", by=leader)
    client.force_login(leader)
    for name in ("workspace:overview", "groups:history", "groups:leadership"):
        page = client.get(reverse(name, args=[group.slug])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "name", ["workspace:overview", "groups:leadership", "groups:history", "workspace:my-groups"]
)
def test_pages_ask_the_same_few_queries_however_much_there_is(client, group, cast, leader, name):
    args = [] if name == "workspace:my-groups" else [group.slug]
    with scope.group_scope(group):
        audit.record("groups.details_changed", by=leader, about=group, group=group)
    client.force_login(leader)
    client.get(reverse(name, args=args))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name, args=args)).status_code == 200
        return [row["sql"] for row in captured if not row["sql"].startswith(("SAVEPOINT", "RELEASE"))]

    few = queries()
    for number in range(12):
        person = factories.make_member(group).person
        factories.appoint(group, person, "programme_officer")
        with scope.group_scope(group):
            audit.record("groups.person_appointed", by=person, about=group, group=group, name=str(number))
        factories.appoint(factories.make_group(), leader, "chair")
    many = queries()
    assert len(many) == len(few)
    assert len(many) <= 16
