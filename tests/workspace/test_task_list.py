"""The list of groups on the page My tasks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from duties import registry
from duties.registry import Duty
from tests import factories

pytestmark = pytest.mark.django_db


def duty(group, days):
    due = clock.today() + timedelta(days=days)
    return Duty(key=f"t:{group.pk}:{days}", title="T", url="/en/", due_on=due, people=(), group_id=group.pk)


def test_my_groups_stand_beside_my_tasks_the_late_ones_first(client, group, other_group, member, monkeypatch):
    third = factories.make_group("Antelope Specialist Group", slug="antelope")
    for place in (other_group, third):
        factories.make_member(place, member)
    factories.appoint(other_group, member, "co_chair")
    owed = [duty(other_group, -2), duty(other_group, 5), duty(group, 30)]
    found = [replace(one, people=(member.pk,)) for one in owed]
    monkeypatch.setattr(registry, "_providers", {"t": lambda query: found})
    client.force_login(member)
    response = client.get(reverse("workspace:task-list"))
    rows = response.context["groups"]["rows"]
    assert [(row["name"], row["roles"], row["kind"], row["state"]) for row in rows] == [
        (other_group.name, "Leader", "late", "2 to do"),
        (group.name, "Member", "wait", "1 to do"),
        (third.name, "Member", "done", "Up to date"),
    ]
    assert reverse("workspace:overview", args=["otter"]) in response.content.decode()


def test_somebody_without_a_group_has_no_list_of_groups(client, stranger):
    client.force_login(stranger)
    assert client.get(reverse("workspace:task-list")).context["groups"] is None
