"""States change only as MOVES allows, in the application and in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.scope import group_scope
from members.models import Conditions, Handshake
from members.states import MOVES, HandshakeState
from tests.members.helpers import fresh, invite


@pytest.mark.parametrize("after", [state for state in HandshakeState if state != HandshakeState.ACCEPTED])
def test_the_database_refuses_a_move_that_is_not_written(group, leader, stranger, after):
    handshake = invite(group, leader)
    allowed = after == handshake.state or after in MOVES[HandshakeState.INVITED]
    if allowed:
        signed: dict[str, Any] = (
            {"person": stranger, "person_signed_at": clock.now(), "conditions": Conditions.in_force()}
            if after == HandshakeState.REQUESTED
            else {}
        )
        with group_scope(group):
            assert Handshake.objects.filter(pk=handshake.pk).update(state=after, **signed) == 1
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
