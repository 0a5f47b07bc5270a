"""The details of a group and its history."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from core import audit, scope
from groups import actions, activity
from groups.models import Group

pytestmark = pytest.mark.django_db


def test_details_form_saves_and_shows_on_the_public_page(client, group, leader):
    client.force_login(leader)
    url = reverse("groups:group-edit", args=[group.slug])
    answer = client.post(url, {"version": 1, "mission": "To know them all", "website": "cats.example/page"})
    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.mission, group.website, group.version) == (
        "To know them all",
        "https://cats.example/page",
        2,
    )
    client.logout()
    assert "To know them all" in client.get(group.get_absolute_url()).content.decode()


def test_details_form_never_touches_name_or_category(client, group, leader):
    client.force_login(leader)
    client.post(
        reverse("groups:group-edit", args=[group.slug]), {"version": 1, "name": "Mine", "slug": "mine"}
    )
    assert Group.objects.get(pk=group.pk).name == "Cat Specialist Group"


def test_the_second_saver_sees_both_texts_and_can_save_again(client, group, cast):
    url = reverse("groups:group-edit", args=[group.slug])
    actions.update_details(group=group, by=cast["PO"], version=1, mission="What the officer wrote")
    client.force_login(cast["LE"])
    answer = client.post(url, {"version": 1, "mission": "What the leader wrote"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What the officer wrote" in page
    assert "What the leader wrote</textarea>" in page
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert client.post(url, {"version": version, "mission": "Both together"}).status_code == 302
    assert Group.objects.get(pk=group.pk).mission == "Both together"


def test_history_tells_acts_and_changed_fields_with_both_values(client, group, cast):
    actions.update_details(group=group, by=cast["LE"], version=1, mission="Old words")
    with audit.context(by=cast["PO"], channel="page"):
        actions.update_details(group=group, by=cast["PO"], version=2, mission="New words")
    client.force_login(cast["LE"])
    page = client.get(reverse("groups:history", args=[group.slug])).content.decode()
    assert f"{cast['LE'].name} changed the group’s details." in page
    assert "<del>Old words</del>" in page
    assert "<ins>New words</ins>" in page
    assert f"<b>{cast['PO'].name}</b>" in page


def test_history_hides_the_offices_own_notes_from_leaders(client, group, cast):
    with scope.group_scope(group):
        audit.record(
            "groups.details_changed", by=cast["CS"], about=group, group=group, staff_only=True, reason="Quiet"
        )
        audit.record("groups.details_changed", by=cast["CA"], about=group, group=group, reason="Loud")
    url = reverse("groups:history", args=[group.slug])
    client.force_login(cast["LE"])
    page = client.get(url).content.decode()
    assert "Loud" in page
    assert "Quiet" not in page
    client.force_login(cast["NS"])
    assert "Quiet" in client.get(url).content.decode()


def test_every_verb_of_this_app_has_its_sentence():
    used = set(re.findall(r'"(groups\.[a-z_]+_[a-z]+ed)"', Path(actions.__file__).read_text()))
    assert used
    assert used <= set(activity._sentences)
