"""A person has at most one membership in a group on any day. The database checks this for every writer."""

from __future__ import annotations

import importlib
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from core import clock
from core.scope import group_scope, write_everywhere
from groups.models import Quadrennium
from members import actions
from members.models import Conditions, Membership, MembershipEnding
from tests import factories
from tests.members.helpers import accept, invite, memberships
from tests.members.test_races import AT_ONCE
from tests.pg.owner import as_owner

MIGRATION = importlib.import_module("members.migrations.0004_one_membership_at_a_time")


@pytest.fixture
def guest(reference):
    return factories.make_person("Oyelaran", "Adebayo", email="guest@example.org")


def end(membership, from_day):
    with group_scope(membership.group_id), transaction.atomic():
        return MembershipEnding.objects.create(
            group_id=membership.group_id, membership=membership, from_day=from_day
        )


def numbers(group, person):
    with group_scope(group), transaction.atomic():
        rows = Membership.objects.filter(person=person).order_by("starts_on", "pk")
        return list(rows.values_list("number", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (-30, -10), (10, 30), (-30, 30), (5, 5), (-10, 0), (10, 20)]
)
def test_a_membership_that_meets_a_day_of_another_is_refused(group, guest, first, last):
    today = clock.today()

    def day(number):
        return today + timedelta(days=number)

    factories.make_member(group, guest, starts_on=day(0), ends_on=day(10))
    apart = last < 0 or first > 10
    if apart:
        factories.make_member(group, guest, starts_on=day(first), ends_on=day(last))
        assert sorted(numbers(group, guest)) == [1, 2]
        return
    with pytest.raises(IntegrityError, match="counts on these days already"):
        factories.make_member(group, guest, starts_on=day(first), ends_on=day(last))
    assert numbers(group, guest) == [1]


@pytest.mark.django_db
def test_another_person_and_another_group_are_not_met(group, other_group, guest, stranger):
    for place, person in ((group, guest), (group, stranger), (other_group, guest)):
        factories.make_member(place, person)
    assert [numbers(group, guest), numbers(group, stranger), numbers(other_group, guest)] == [[1], [1], [1]]


@pytest.mark.django_db
def test_the_next_quadrennium_follows_on_the_day_after(group, guest):
    period = Quadrennium.current()
    after = period.ends_on + timedelta(days=1)
    factories.make_member(group, guest)
    factories.make_member(group, guest, starts_on=after, ends_on=after + timedelta(days=300))
    assert numbers(group, guest) == [1, 2]


@pytest.mark.django_db
def test_an_ended_membership_makes_room_from_the_day_of_its_ending(group, guest):
    today = clock.today()
    held = factories.make_member(group, guest, starts_on=today - timedelta(days=5))
    end(held, today + timedelta(days=3))
    with pytest.raises(IntegrityError, match="counts on these days already"):
        factories.make_member(group, guest, starts_on=today + timedelta(days=2))
    factories.make_member(group, guest, starts_on=today + timedelta(days=3))
    assert numbers(group, guest) == [1, 2]


@pytest.mark.django_db
def test_leaving_and_joining_again_stays_possible_on_the_same_day_too(group, leader, guest):
    for _turn in range(2):
        accept(invite(group, leader), guest)
        actions.end_membership(membership=memberships(group, guest)[0], by=guest)
        assert memberships(group, guest) == []
    accept(invite(group, leader), guest)
    assert len(memberships(group, guest)) == 1
    assert numbers(group, guest) == [1, 2, 3]


@pytest.mark.django_db
def test_a_number_that_is_given_counts_for_nothing(group, guest):
    factories.make_member(group, guest, number=7)
    assert numbers(group, guest) == [1]
    with pytest.raises(IntegrityError, match="counts on these days already"):
        factories.make_member(group, guest, number=8)


@pytest.mark.django_db
def test_many_rows_in_one_statement_meet_one_another_too(group, guest):
    today, conditions = clock.today(), Conditions.in_force()
    rows = [
        Membership(
            group=group,
            person=guest,
            quadrennium=Quadrennium.current(),
            conditions=conditions,
            starts_on=today,
            ends_on=today + timedelta(days=30),
        )
        for _number in range(2)
    ]
    refused = pytest.raises(IntegrityError, match="these days already")
    with group_scope(group), refused, transaction.atomic(), as_owner():
        Membership.objects.bulk_create(rows)
    assert numbers(group, guest) == []


@pytest.mark.django_db
def test_rows_from_before_the_rule_are_numbered_as_they_began_and_leave_no_trace(group, guest, stranger):
    today = clock.today()
    for first in (20, 0, 10):
        factories.make_member(
            group, guest, starts_on=today + timedelta(days=first), ends_on=today + timedelta(days=first + 5)
        )
    factories.make_member(group, stranger)
    assert numbers(group, guest) == [2, 3, 1]
    with group_scope(group):
        before = apps.get_model("members.MembershipEvent").objects.count()
    with write_everywhere("jobs"), as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE members_membership DROP CONSTRAINT membership_one_by_one")
        cursor.execute(MIGRATION.FILL)
    assert (numbers(group, guest), numbers(group, stranger)) == ([1, 2, 3], [1])
    with group_scope(group):
        assert apps.get_model("members.MembershipEvent").objects.count() == before


# ---------------------------------------------------------------- Many at once


def join_blindly(group, person):
    """As many transactions as possible add a membership, each of which has looked before any other has written.

    Without the lock of the group, and at the level at which none sees what the others commit. Returns the errors.
    """
    conditions, period = Conditions.in_force(), Quadrennium.current()
    assert period is not None
    looked, errors = threading.Barrier(AT_ONCE), []

    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # As the owner, who may add a membership without a handshake; the numbers bind the owner too.
            with group_scope(group), transaction.atomic(), as_owner():
                assert not Membership.objects.on().filter(person=person).exists()
                looked.wait(timeout=20)
                Membership.objects.create(
                    group=group,
                    person=person,
                    quadrennium=period,
                    conditions=conditions,
                    starts_on=clock.today(),
                    ends_on=period.ends_on,
                )
        except IntegrityError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


@contextmanager
def without_the_constraint(group):
    """The trigger alone: what it cannot see, it cannot refuse."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_membership DROP CONSTRAINT membership_one_by_one")
    try:
        yield
    finally:
        with group_scope(group), transaction.atomic(), as_owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM members_membership")
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE members_membership"
                " ADD CONSTRAINT membership_one_by_one UNIQUE (group_id, person_id, number)"
            )


@pytest.mark.django_db(transaction=True)
def test_of_many_who_looked_before_any_wrote_one_gets_in(group, guest):
    errors = join_blindly(group, guest)
    assert len(errors) == AT_ONCE - 1
    assert all("membership_one_by_one" in str(error) for error in errors)
    assert len(memberships(group, guest)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_the_same_run_makes_many(group, guest):
    """The control: each looked, saw nothing, and was right."""
    with without_the_constraint(group):
        assert join_blindly(group, guest) == []
        assert len(memberships(group, guest)) == AT_ONCE
