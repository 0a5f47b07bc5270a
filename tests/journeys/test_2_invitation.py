"""A chair invites one person by mail; another person asks to join. One record, two signatures, mails to both."""

from __future__ import annotations

import re

import pytest
from django.db import transaction

from core import scope
from groups.models import Group
from members.models import Handshake, Membership
from tests import factories

EMAIL = "mei.tanaka@example.org"


@pytest.fixture
def chair(group):
    """The Co-Chair of the group."""
    person = factories.make_person("Inès", "Vauclair")
    factories.make_member(group, person)
    factories.appoint(group, person, "co_chair")
    return person


def members(group: Group) -> set[str]:
    with transaction.atomic(), scope.read_everywhere("checks"):
        return {
            row.person.email for row in Membership.objects.on().filter(group=group).select_related("person")
        }


def test_a_chair_invites_and_the_invited_person_becomes_a_member(
    group, chair, visitor, sign_in, open_browser, surface, post_office
):
    sign_in(visitor, chair)
    assert visitor.path == "/en/tasks/"
    visitor.menu("My groups")
    visitor.click(group.name, inside=visitor.page.locator("main"))
    assert visitor.path == "/en/g/cat/"
    visitor.menu("Members")
    visitor.click("Invite")
    visitor.fill(
        given_name="Mei", family_name="Tanaka", email=EMAIL, message="Your work on small cats would help us."
    )
    visitor.press("Send the invitation")
    visitor.sees(re.compile("Tanaka|Mei"))
    assert members(group) == {chair.email}

    link = post_office.link_to(EMAIL, "/invitation/")
    invited = open_browser(surface)
    invited.go(link)
    secret = link.rstrip("/").rpartition("/")[2]
    assert secret not in invited.page.url
    invited.sees("Your work on small cats would help us.")
    invited.sees("Membership conditions")
    invited.click("Create an account to accept")
    invited.fill(given_name="Mei", family_name="Tanaka", email=EMAIL, password1=factories.PASSWORD)
    invited.press("Create", exact=False)
    if invited.page.locator("[name=code]").count():
        invited.fill(code=post_office.code_to(EMAIL))
        invited.page.locator("main form button.btn").first.click()
        invited.page.wait_for_load_state()
        invited.look()
    assert invited.path.startswith("/en/opened-invitations/")
    invited.press("Accept the invitation")
    assert members(group) == {chair.email}, "nobody becomes a member without accepting the conditions"
    invited.tick("agree")
    invited.press("Accept the invitation")
    assert members(group) == {chair.email, EMAIL}
    invited.go("/en/g/cat/")
    invited.sees(group.name)

    visitor.go("/en/g/cat/members/")
    visitor.sees("Tanaka")
    with transaction.atomic(), scope.read_everywhere("checks"):
        record = Handshake.objects.get(email=EMAIL)
    assert record.leader_signed_by == chair
    assert record.person.email == EMAIL
    assert record.conditions is not None


def test_a_person_asks_to_join_and_the_chair_accepts_with_a_word(
    group, chair, visitor, sign_in, let_in, open_browser, surface, post_office
):
    person = factories.make_person("Tomás", "Arriaga")
    sign_in(visitor, person)
    visitor.go("/en/join/")
    visitor.click("Specialist Group", inside=visitor.page.locator("main"))
    visitor.click(group.name, inside=visitor.page.locator("main"))
    visitor.fill(message="I count tigrinas in the north of Argentina.")
    visitor.tick("agree")
    visitor.press("Join", exact=True)
    assert members(group) == {chair.email}
    told = post_office.letters_to(chair.email)
    assert any("Arriaga" in letter for letter in told)

    leader = let_in(open_browser(surface), chair)
    leader.go(post_office.link_to(chair.email, "/requests/"))
    leader.sees("I count tigrinas in the north of Argentina.")
    leader.fill(word="Welcome. We meet in May.")
    leader.press("Accept the request")
    assert members(group) == {chair.email, person.email}
    assert "Welcome. We meet in May." in post_office.letters_to(person.email)[-1]
    visitor.go("/en/g/cat/")
    visitor.sees(group.name)


def test_a_declined_request_is_told_with_the_word(group, chair, sign_in, let_in, open_browser, post_office):
    person, visitor = factories.make_person("Tomás", "Arriaga"), open_browser()
    let_in(visitor, person)
    visitor.go("/en/join/cat/")
    visitor.tick("agree")
    visitor.press("Join", exact=True)
    leader = let_in(open_browser(), chair)
    leader.go(post_office.link_to(chair.email, "/requests/"))
    leader.fill(word="The group is full this year.")
    leader.press("Decline the request")
    assert members(group) == {chair.email}
    assert "The group is full this year." in post_office.letters_to(person.email)[-1]


def test_an_invitation_opened_under_another_address_grants_nothing(
    group, chair, let_in, open_browser, post_office
):
    leader = let_in(open_browser(), chair)
    leader.go("/en/g/cat/members/invite/")
    leader.fill(given_name="Mei", family_name="Tanaka", email=EMAIL)
    leader.press("Send the invitation")
    other = let_in(open_browser(), factories.make_person("Somebody", "Else"))
    other.go(post_office.link_to(EMAIL, "/invitation/"), status=403)
    other.sees("This invitation is for another address")
    assert other.page.get_by_role("button", name="Accept the invitation").count() == 0
    other.press("Sign out and go on")
    other.sees("Sign in to accept")
    assert members(group) == {chair.email}
