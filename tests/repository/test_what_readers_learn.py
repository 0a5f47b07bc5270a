"""What the rows of the access table leave out does not reach a reader: in no page, file, search, count or order."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse

from core import audit, scope
from groups.models import Appointment
from members import actions
from reporting.models import Report
from reporting.review import actions as review
from tests import factories
from tests.members import helpers
from tests.reporting import written
from tests.repository.world import RESOURCES, World

pytestmark = pytest.mark.django_db
CONTACTS = RESOURCES["Contact data of members"]
# Of the roles that the table does not have: a delegated deputy is a deputy.
SAME_AS = {"DD": "DE"}
# Keys of forms, and the numbers of requests on error pages.
TOKENS = re.compile(r'\b[A-Za-z0-9]{64}\b|name="_once" value="[^"]*"|\b[0-9A-Z]{4}-[0-9A-Z]{4}\b')


def page(world: World, code: str, url: str) -> str:
    """What the person reads at the address, without the tokens that differ each time."""
    return TOKENS.sub("(token)", world.ask(code, "read", url, None).content.decode())


def letters(world: World, code: str) -> set[str]:
    """What the row gives to the roles that the person has in the group."""
    return {CONTACTS[SAME_AS.get(role, role)] for role in world.codes[code]}


@pytest.fixture
def members(world):
    """Two members: one shares the address with the group, one does not. What the test changes is taken back."""
    with transaction.atomic():
        found = {}
        for name, shares in (("shared", True), ("private", False)):
            person = factories.make_person(
                name.title(), "Member", email=f"{name}@members.example", share_contact=shares
            )
            found[name] = factories.make_member(world.group, person)
        yield found
        transaction.set_rollback(True)


def people(world: World) -> list[str]:
    return ["VI", *world.cast.people]


def test_addresses_of_members_are_where_the_row_says_and_nowhere_else(world, members):
    """In the list and one member's page, in the file, and in what a search by address finds."""
    slug = world.group.slug
    list_url = reverse("members:member-list", args=[slug])
    export_url = reverse("members:member-export", args=[slug])
    seen = set()
    for code in people(world):
        held = letters(world, code) if code != "VI" else {CONTACTS["VI"]}
        every, some = "r" in held, "p" in held
        for name, membership in members.items():
            address = f"{name}@members.example"
            may = every or (some and name == "shared")
            detail = page(world, code, reverse("members:member-detail", args=[slug, membership.pk]))
            assert (address in detail) == may, (code, name, "page of one member")
            listed = page(world, code, f"{list_url}?q=member")
            assert (f"mailto:{address}" in listed) == every, (code, name, "list")
            assert (address in listed) <= may, (code, name, "list")
            found = page(world, code, f"{list_url}?q={name}%40members")
            assert f"{name.title()}" not in re.sub(r"value=\"[^\"]*\"", "", found), (code, name, "search")
            exported = world.ask(code, "write", export_url, {}).content.decode()
            assert (address in exported) == every, (code, name, "file")
            seen.add((every, some, may))
    assert {(True, False, True), (False, True, True), (False, False, False)} <= {
        (every, some and not every, may) for every, some, may in seen
    }


def test_a_person_without_a_name_is_not_listed_by_the_address(world):
    with transaction.atomic():
        nameless = factories.make_person(email="nameless@members.example")
        nameless.given_name = nameless.family_name = ""
        nameless.save()
        membership = factories.make_member(world.group, nameless)
        factories.appoint(world.group, nameless, "co_chair")
        slug = world.group.slug
        for code in ("VI", "ME", "CS"):
            for url in (
                reverse("workspace:group-detail", args=[slug]),
                reverse("workspace:directory"),
                reverse("groups:leadership", args=[slug]),
                reverse("members:member-list", args=[slug]),
                reverse("members:member-detail", args=[slug, membership.pk]),
            ):
                assert "nameless@members.example" not in page(world, code, url), (code, url)
        assert "Name not given" in page(world, "VI", reverse("workspace:group-detail", args=[slug]))
        transaction.set_rollback(True)


def test_of_a_former_member_name_and_dates_stay_and_nothing_of_today(world):
    """By the id of the past membership, for every role; the control shows what there is to read."""
    with transaction.atomic():
        person = factories.make_person(
            "Former", "Person", email="former@members.example", institution="Institute of Today"
        )
        person.share_contact = True
        person.expertise = "Snares of today"
        person.save()
        membership = factories.make_member(world.group, person)
        url = reverse("members:member-detail", args=[world.group.slug, membership.pk])
        hidden = ("former@members.example", "Institute of Today", "Snares of today")
        assert all(text in page(world, "ME", url) for text in hidden)
        factories.end_membership(membership)
        for code in people(world):
            read = page(world, code, url)
            assert not any(text in read for text in hidden), code
        assert "Former Person" in page(world, "ME", url)
        factories.make_member(world.group, person, starts_on=membership.ends_on)  # a later one, not yet begun
        assert not any(text in page(world, "LE", url) for text in hidden)
        transaction.set_rollback(True)


def test_the_profile_of_a_person_whose_request_was_answered_is_not_shown(world):
    with transaction.atomic():
        person = factories.make_person("Asking", "Person", institution="Institute of Today")
        handshake = helpers.request(world.group, person)
        url = reverse("members:request-detail", args=[world.group.slug, handshake.pk])
        assert "Institute of Today" in page(world, "LE", url)
        actions.decline_request(handshake=handshake, by=world.cast["LE"], word="Not this year")
        for code in people(world):
            assert "Institute of Today" not in page(world, code, url), code
        transaction.set_rollback(True)


# ---------------------------------------------------------------- Notes of the office


def note(group, by, text="Between us: the figures look copied."):
    with written.inside(group):
        review.add_comment(
            report=REPORTS[group.pk],
            section_key="plan",
            text=text,
            by=by,
            staff_only=True,
        )


REPORTS: dict[int, Report] = {}


@pytest.fixture
def sent(world):
    """A report that the office reviews."""
    with transaction.atomic():
        REPORTS[world.group.pk] = written.submit(world.group, world.cast["LE"])
        yield world
        transaction.set_rollback(True)


def pages_of_a_leader(group) -> list[str]:
    return [
        reverse("groups:history", args=[group.slug]),
        reverse("workspace:overview", args=[group.slug]),
        reverse("reporting:report-detail", args=[group.slug, 2026]),
        reverse("reporting:report-section", args=[group.slug, 2026, "plan"]),
        reverse("workspace:task-list"),
    ]


@pytest.mark.parametrize("reader", ["LE", "DE", "PO", "RL", "ME"])
def test_the_groups_people_read_the_same_before_and_after_a_note_of_the_office(sent, reader):
    before = [page(sent, reader, url) for url in pages_of_a_leader(sent.group)]
    note(sent.group, sent.cast["CS"])
    after = [page(sent, reader, url) for url in pages_of_a_leader(sent.group)]
    assert before == after


@pytest.mark.parametrize("reader", ["NS", "CA", "SC"])
def test_the_office_reads_that_there_is_a_note(sent, reader):
    """The control: there is something that could be seen."""
    note(sent.group, sent.cast["CS"])
    history = page(sent, reader, reverse("groups:history", args=[sent.group.slug]))
    assert "wrote a note about the annual report 2026" in history


def test_a_note_that_was_recorded_without_a_mark_is_hidden_by_its_verb(sent):
    """Entries of an earlier release have no mark, and the trail cannot be changed."""
    with written.inside(sent.group):
        audit.record(
            "reporting.note_written", by=sent.cast["CS"], about=sent.group, group=sent.group, year=2026
        )
        audit.record("reporting.not_known_here", by=sent.cast["CS"], about=sent.group, group=sent.group)
    history = reverse("groups:history", args=[sent.group.slug])
    assert "wrote a note" not in page(sent, "LE", history)
    assert f"{sent.cast['CS'].name} made a change." not in page(sent, "LE", history)
    assert f"{sent.cast['CS'].name} made a change." in page(sent, "CA", history)


@pytest.mark.parametrize("code", ["CS", "CA"])
def test_staff_with_an_office_in_the_group_read_no_notes_about_it(sent, code):
    note(sent.group, sent.cast["NS"])
    urls = [reverse("reporting:report-review", args=[sent.group.slug, 2026]) + "?show=all"]
    assert all("figures look copied" in page(sent, code, url) for url in urls)
    factories.appoint(sent.group, sent.cast[code], "programme_officer")
    history = reverse("groups:history", args=[sent.group.slug])
    assert not any("figures look copied" in page(sent, code, url) for url in urls)
    assert "wrote a note" not in page(sent, code, history)


# ---------------------------------------------------------------- The contact at the Chair's Office


def test_leaders_find_their_contact_at_the_office_and_members_find_their_leaders(world):
    """Guidelines 3.5: the staff work with the leaders, and not with single members."""
    with transaction.atomic():
        for code, address in (("NS", "desk@office.example"), ("LE", "lead@cats.example")):
            world.cast[code].public_email = address
            world.cast[code].save()
        with scope.group_scope(world.group):  # one person of network support is enough for the test
            assert Appointment.objects.on().filter(office="network_support").count() == 2
        slug = world.group.slug
        urls = [reverse("workspace:overview", args=[slug]), reverse("groups:leadership", args=[slug])]
        for code in world.cast.people:
            sees = bool(world.codes[code] & {"LE", "DE", "DD", "RL", "NS", "CS", "CA", "SC", "DC", "SM"})
            for url in urls:
                read = page(world, code, url)
                assert ("mailto:desk@office.example" in read) == sees, (code, url)
                assert ("ontact at the Chair’s Office" in read) == sees, (code, url)
                inside = sees or world.codes[code] & {"ME"}
                assert ("mailto:lead@cats.example" in read) == (bool(inside) and code != "OM"), (code, url)
        transaction.set_rollback(True)
