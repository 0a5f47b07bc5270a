"""Many people act at once: one membership, one audit entry, and all get an answer. The control shows the race."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, transaction

from core import clock
from core.scope import group_scope
from groups.models import Group
from members import actions
from members.models import Conditions, Handshake
from members.tasks import expire_handshakes
from tests import factories
from tests.members.helpers import acts, fresh, invite, memberships, request

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


@pytest.fixture
def guest(reference):
    return factories.make_person("Oyelaran", "Adebayo", email="guest@example.org")


def together(act, times=AT_ONCE):
    """Run the act in as many threads, each on its own connection, all let go at one moment. Errors are returned."""
    gate, errors = threading.Barrier(times), []

    def run():
        try:
            gate.wait(timeout=20)
            act()
        except Exception as error:  # noqa: BLE001 - what goes wrong in a thread is what the test asks about
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def sign(handshake, guest, conditions):
    return lambda: actions.accept_invitation(handshake=handshake, by=guest, conditions=conditions)


def began(group):
    """Rows of memberships ever written for the handshake's group by these acts."""
    with group_scope(group), transaction.atomic():
        return (
            apps.get_model("members.MembershipEvent").objects.filter(pgh_obj__handshake__isnull=False).count()
        )


def test_many_accepts_at_once_make_one_membership_and_one_act(group, leader, guest):
    handshake = invite(group, leader)
    assert together(sign(handshake, guest, Conditions.in_force())) == []
    assert len(memberships(group, guest)) == 1
    assert len(acts("members.membership_began")) == 1
    assert began(group) == 1


def test_without_the_lock_the_same_run_collides(group, leader, guest):
    """The control: reading without a lock lets several see "invited" and act on it."""
    handshake = invite(group, leader)
    seen = threading.Barrier(AT_ONCE)

    def unlocked(given):
        found = Handshake.objects.select_related("group__category", "quadrennium").get(pk=given.pk)
        seen.wait(timeout=20)
        return found

    with ExitStack() as stack:
        stack.enter_context(mock.patch("members.actions.answers.lock", unlocked))
        errors = together(sign(handshake, guest, Conditions.in_force()))
    # The same person pressed six times; with the lock each press was answered, here all but one fail.
    assert len(errors) == AT_ONCE - 1
    assert len(memberships(group, guest)) == 1


def test_accepting_and_withdrawing_at_once_leaves_one_truth(group, leader, guest):
    handshake = invite(group, leader)
    conditions = Conditions.in_force()
    turns = iter(range(AT_ONCE))

    def either():
        if next(turns) % 2:
            actions.withdraw(handshake=handshake, by=leader)
        else:
            actions.accept_invitation(handshake=handshake, by=guest, conditions=conditions)

    together(either)
    state = fresh(handshake).state
    assert (state, len(memberships(group, guest))) in {("accepted", 1), ("withdrawn", 0)}


def test_one_person_accepting_two_invitations_at_once_joins_once(group, leader, guest):
    EmailAddress.objects.create(user=guest, email="second@example.org", verified=True)
    both = [invite(group, leader), invite(group, leader, "second@example.org")]
    conditions, turns = Conditions.in_force(), iter(range(AT_ONCE))

    def answer_one():
        actions.accept_invitation(handshake=both[next(turns) % 2], by=guest, conditions=conditions)

    together(answer_one)
    assert len(memberships(group, guest)) == 1
    assert sorted(fresh(one).state for one in both) == ["accepted", "withdrawn"]


def test_many_requests_at_once_are_one(group, leader, guest):
    assert together(lambda: request(group, guest)) == []
    with group_scope(group), transaction.atomic():
        assert Handshake.objects.count() == 1


def test_the_job_finds_what_ran_out_when_no_transaction_is_open(group, leader):
    handshake = invite(group, leader)
    with group_scope(group), transaction.atomic():
        Handshake.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    assert expire_handshakes() == 1
    assert fresh(handshake).state == "expired"


def test_a_group_locked_for_membership_can_still_be_written_to(group, leader, guest):
    """The lock on the group lets other rows point to it, so that a slow act blocks no report."""
    held, done = threading.Event(), threading.Event()

    def hold():
        try:
            with group_scope(group), transaction.atomic():
                Group.objects.select_for_update(no_key=True).get(pk=group.pk)
                held.set()
                done.wait(timeout=20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(timeout=20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")
    factories.appoint(group, guest, "treasurer")
    done.set()
    thread.join(timeout=20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
