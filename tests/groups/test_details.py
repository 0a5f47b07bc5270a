"""Details of a group: who may change them, and that no saver overwrites another."""

import threading

import pytest
from django.db import connection
from django.forms.models import model_to_dict

from core.errors import Conflict, NotAllowed
from groups import actions
from groups.forms import DetailsForm
from groups.models import Group
from tests.factories import verbs

pytestmark = pytest.mark.django_db


def test_details_are_saved_with_a_trace_and_a_new_version(group, leader):
    saved = actions.update_details(group=group, by=leader, version=1, mission="To know them all")
    assert (saved.mission, saved.version) == ("To know them all", 2)
    assert verbs(group) == ["groups.details_changed"]


def test_the_second_of_two_savers_sees_both_texts(group, leader, cast):
    actions.update_details(group=group, by=leader, version=1, mission="First")
    with pytest.raises(Conflict) as conflict:
        actions.update_details(group=group, by=cast["PO"], version=1, mission="Second", remit="Felidae")
    assert conflict.value.theirs == {"mission": "First", "remit": ""}
    assert conflict.value.yours == {"mission": "Second", "remit": "Felidae"}
    group.refresh_from_db()
    assert group.mission == "First"


def test_saving_what_stands_already_leaves_no_trace(group, leader):
    group = actions.update_details(group=group, by=leader, version=1, mission=group.mission)
    assert (group.version, verbs(group)) == (1, [])


def test_details_are_for_those_who_write_the_groups_page(group, cast):
    for code in sorted(set(cast.people) - {"LE", "DE", "PO", "NS", "CA"}):
        with pytest.raises(NotAllowed):
            actions.update_details(group=group, by=cast[code], version=1, mission="Mine")
    group.refresh_from_db()
    assert group.mission == ""


def test_a_field_that_the_details_do_not_know_is_refused(group, leader):
    with pytest.raises(TypeError, match="name, slogan"):
        actions.update_details(group=group, by=leader, version=1, mission="Mine", slogan="Cats!", name="Dogs")
    group.refresh_from_db()
    assert (group.mission, group.version) == ("", 1)


@pytest.mark.parametrize("name", [name for name in DetailsForm.base_fields if name != "version"])
def test_every_field_of_the_details_form_is_stored(group, leader, name):
    text = "https://example.org/cats" if name == "website" else f"Words about {name}"
    assert getattr(group, name) != text
    data = {**model_to_dict(group, actions.DETAILS), "version": group.version, name: text}
    form = DetailsForm(data, instance=Group.objects.get(pk=group.pk))
    assert form.is_valid(), form.errors
    given = dict(form.cleaned_data)
    actions.update_details(group=group, by=leader, version=given.pop("version"), **given)
    assert getattr(Group.objects.get(pk=group.pk), name) == text


@pytest.mark.django_db(transaction=True)
def test_two_savers_at_once_never_overwrite_each_other(group, cast):
    """Both read version 1. One saves, the other is told; without the lock both would have saved."""
    start, told = threading.Barrier(2), []

    def save(code):
        start.wait()
        try:
            actions.update_details(group=group, by=cast[code], version=1, mission=f"Text of {code}")
            told.append("saved")
        except Conflict:
            told.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(code,)) for code in ("LE", "PO")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["conflict", "saved"]
    assert Group.objects.get(pk=group.pk).version == 2
