"""Closing an account ends what the person has, and opening it again brings nothing back."""

import pytest
from django.core.management import CommandError, call_command

from core.errors import NotAllowed
from groups.access import roles_of
from office.actions import close_account
from tests import factories


@pytest.mark.parametrize("code", ["ME", "LE", "DE", "TR", "NS", "CS", "SM"])
def test_closing_an_account_ends_memberships_offices_and_roles_for_good(cast, code):
    person = cast[code]
    assert roles_of(person).all_codes
    call_command("close_account", person.email, by=cast["CA"].email)
    person.refresh_from_db()
    assert not person.is_active
    person.is_active = True
    person.save()
    assert roles_of(person).all_codes == frozenset()


@pytest.mark.parametrize("code", ["LE", "CS", "SC", "CA"])
def test_only_an_administrator_closes_an_account_and_not_their_own(cast, code):
    person = cast["CA"] if code == "CA" else factories.make_person()
    with pytest.raises(NotAllowed):
        close_account(person=person, by=cast[code], reason="")
    with pytest.raises(CommandError):
        call_command("close_account", person.email, by=cast[code].email)
    person.refresh_from_db()
    assert person.is_active


def test_closing_twice_changes_nothing_and_an_unknown_address_is_said(cast, member):
    close_account(person=member, by=cast["CA"], reason="Asked for it")
    close_account(person=member, by=cast["CA"], reason="Asked for it")
    with pytest.raises(CommandError):
        call_command("close_account", "nobody@example.org", by=cast["CA"].email)


def test_the_command_ends_a_role_and_a_leaders_office(cast, group):
    call_command("appoint", cast["CS"].email, "CS", by=cast["CA"].email, end=True)
    assert roles_of(cast["CS"]).network == frozenset()
    call_command("appoint", cast["LE"].email, "chair", by=cast["SC"].email, group=group.slug, end=True)
    assert "LE" not in roles_of(cast["LE"]).groups[group.pk]
    with pytest.raises(CommandError):
        call_command("appoint", cast["CS"].email, "CS", by=cast["CA"].email, end=True)
