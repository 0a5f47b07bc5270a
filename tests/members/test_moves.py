"""States change only as MOVES allows, in the application and in the database."""

from __future__ import annotations

import importlib

import pytest
from django.db import IntegrityError, transaction

from core.scope import group_scope
from members.models import Handshake
from members.states import MOVES, HandshakeState
from tests.members.helpers import fresh, invite

MIGRATION = importlib.import_module("members.migrations.0003_written_moves")


def test_the_database_knows_the_same_moves_as_the_application():
    written = {
        (str(before), str(after)) for before, afters in MOVES.items() for after in afters if before != after
    }
    assert set(MIGRATION.MOVES) == {(str(before), str(after)) for before, after in written}


@pytest.mark.parametrize("after", [state for state in HandshakeState if state != HandshakeState.ACCEPTED])
def test_the_database_refuses_a_move_that_is_not_written(group, leader, after):
    handshake = invite(group, leader)
    allowed = after == handshake.state or after in MOVES[HandshakeState.INVITED]
    if allowed:
        with group_scope(group):
            assert Handshake.objects.filter(pk=handshake.pk).update(state=after) == 1
        return
    with group_scope(group), pytest.raises(IntegrityError), transaction.atomic():
        Handshake.objects.filter(pk=handshake.pk).update(state=after)
    assert fresh(handshake).state == HandshakeState.INVITED


@pytest.mark.parametrize("over", [HandshakeState.WITHDRAWN, HandshakeState.DECLINED])
def test_what_is_over_never_comes_back(group, leader, over):
    handshake = invite(group, leader)
    with group_scope(group):
        Handshake.objects.filter(pk=handshake.pk).update(state=over)
        for state in HandshakeState:
            if state != over:
                with pytest.raises(IntegrityError), transaction.atomic():
                    Handshake.objects.filter(pk=handshake.pk).update(state=state)
    assert fresh(handshake).state == over


def test_an_accepted_handshake_without_two_signatures_is_refused_by_the_database(group, leader):
    handshake = invite(group, leader)
    with group_scope(group), pytest.raises(IntegrityError), transaction.atomic():
        Handshake.objects.filter(pk=handshake.pk).update(state=HandshakeState.ACCEPTED)
    assert fresh(handshake).state == HandshakeState.INVITED
