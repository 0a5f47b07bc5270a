"""Invitations, requests, answers and endings in any order never break the rules of membership."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core import clock
from core.errors import DomainError
from core.scope import group_scope
from groups.models import Appointment
from members import actions
from members.models import Conditions, Handshake, Membership
from members.states import MOVES, OPEN, HandshakeState
from tests import factories
from tests.conftest import load_reference

PEOPLE = st.integers(min_value=0, max_value=1)
LEADERS = st.integers(min_value=0, max_value=1)


class Handshakes(RuleBasedStateMachine):
    """Two people, two leaders, one group; acts in any order, by anybody who might try."""

    @initialize()
    def begin(self):
        self.group = factories.make_group()
        self.leaders = [factories.make_person("Leader") for _number in range(2)]
        self.offices = [factories.appoint(self.group, leader, "co_chair") for leader in self.leaders]
        self.officer = factories.make_person("Officer")
        factories.make_member(self.group, self.officer)
        factories.appoint(self.group, self.officer, "programme_officer")
        self.people = [factories.make_person("Person") for _number in range(2)]
        self.states: dict[int, str] = {}
        self.refusals: list[str] = []

    def attempt(self, act, **given):
        try:
            with transaction.atomic():
                act(**given)
        except DomainError as refusal:
            self.refusals.append(str(refusal))

    def records(self):
        with group_scope(self.group):
            return list(Handshake.objects.order_by("pk"))

    def some(self, number):
        records = self.records()
        return records[number % len(records)] if records else None

    @rule(person=PEOPLE, leader=LEADERS)
    def invite(self, person, leader):
        self.attempt(
            actions.invite_person,
            group=self.group,
            by=self.leaders[leader],
            email=self.people[person].email,
        )

    @rule(person=PEOPLE)
    def prepare(self, person):
        self.attempt(
            actions.prepare_invitation, group=self.group, by=self.officer, email=self.people[person].email
        )

    @rule(person=PEOPLE)
    def ask(self, person):
        self.attempt(
            actions.request_to_join,
            group=self.group,
            by=self.people[person],
            conditions=Conditions.in_force(),
        )

    @rule(number=st.integers(0, 9), person=PEOPLE)
    def accept(self, number, person):
        if handshake := self.some(number):
            self.attempt(
                actions.accept_invitation,
                handshake=handshake,
                by=self.people[person],
                conditions=Conditions.in_force(),
            )

    @rule(number=st.integers(0, 9), person=PEOPLE)
    def decline(self, number, person):
        if handshake := self.some(number):
            self.attempt(actions.decline_invitation, handshake=handshake, by=self.people[person])

    @rule(number=st.integers(0, 9), leader=LEADERS, yes=st.booleans())
    def decide(self, number, leader, yes):
        if handshake := self.some(number):
            act = actions.accept_request if yes else actions.decline_request
            self.attempt(act, handshake=handshake, by=self.leaders[leader], word="A word.")

    @rule(number=st.integers(0, 9), leader=LEADERS, again=st.booleans())
    def send_or_withdraw(self, number, leader, again):
        if handshake := self.some(number):
            self.attempt(
                actions.send_again if again else actions.withdraw,
                handshake=handshake,
                by=self.leaders[leader],
            )

    @rule(number=st.integers(0, 9), person=PEOPLE)
    def take_back(self, number, person):
        if handshake := self.some(number):
            self.attempt(actions.withdraw_request, handshake=handshake, by=self.people[person])

    @rule(number=st.integers(0, 9))
    def let_run_out(self, number):
        handshake = self.some(number)
        if handshake and handshake.state == HandshakeState.INVITED:
            with group_scope(self.group):
                Handshake.objects.filter(pk=handshake.pk).update(
                    expires_at=clock.now() - timedelta(minutes=1)
                )

    @rule()
    def run_the_job(self):
        actions.expire_handshakes()

    @rule(leader=LEADERS)
    def leave_office(self, leader):
        with group_scope(self.group):
            standing = Appointment.objects.on().filter(pk=self.offices[leader].pk).exists()
        if standing:
            factories.end_appointment(self.offices[leader])

    @rule(leader=LEADERS)
    def return_to_office(self, leader):
        with group_scope(self.group):
            standing = Appointment.objects.on().filter(pk=self.offices[leader].pk).exists()
        if not standing:
            self.offices[leader] = factories.appoint(self.group, self.leaders[leader], "chair")

    @rule(person=PEOPLE, leader=LEADERS, own=st.booleans())
    def end(self, person, leader, own):
        with group_scope(self.group):
            found = Membership.objects.on().filter(person=self.people[person]).first()
        if found:
            by = self.people[person] if own else self.leaders[leader]
            self.attempt(actions.end_membership, membership=found, by=by, reason="A reason.")

    @invariant()
    def promises_hold(self):
        if not hasattr(self, "group"):
            return
        # A refusal is a sentence for the person; anything else would have surfaced.
        assert all(self.refusals)
        with group_scope(self.group):
            records = list(Handshake.objects.order_by("pk"))
            members = list(Membership.objects.exclude(person=self.officer).select_related("handshake"))
            for person in self.people:
                assert Membership.objects.on().filter(person=person).count() <= 1
                assert sum(one.email == person.email and one.state in OPEN for one in records) <= 1
        for membership in members:
            handshake = membership.handshake
            assert handshake is not None
            assert handshake.state == HandshakeState.ACCEPTED
            assert handshake.leader_signed_by_id in {leader.pk for leader in self.leaders}
            assert handshake.person_id == membership.person_id != handshake.leader_signed_by_id
            assert handshake.conditions_id == membership.conditions_id
        assert {one.pk for one in records if one.state == HandshakeState.ACCEPTED} == {
            membership.handshake_id for membership in members
        }
        for one in records:
            before = self.states.get(one.pk)
            if before and before != one.state:
                assert self._reachable(before, one.state)
            self.states[one.pk] = one.state

    def _reachable(self, before, after):
        """By the written moves; the job may have closed an invitation just before it was sent again."""
        direct = MOVES.get(HandshakeState(before), set())
        return after in direct or any(after in MOVES.get(step, set()) for step in direct)


class TestHandshakes(TestCase):
    """Each example runs in a transaction of its own."""

    def test_any_order_of_acts_keeps_the_promises(self):
        load_reference()
        run_state_machine_as_test(
            Handshakes,
            settings=settings(
                max_examples=10,
                stateful_step_count=16,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
