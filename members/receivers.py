"""What members does when something happens below, and what is asked again before a mail leaves."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from core import scope
from core.mail.eligibility import check
from groups.models import Group
from groups.signals import group_closed
from members import actions
from members.models import Handshake
from members.states import HandshakeState


@receiver(group_closed, dispatch_uid="members.close_open_handshakes")
def close_with_group(*, group: Group, by: Any, **_more: Any) -> None:
    """Nobody is invited to, or waits for, a group that has closed."""
    actions.close_open_handshakes(group=group, by=by)


@check("members.invitation")
def invitation_stands(argument: str) -> bool:
    """Whether an invitation still waits under the link that the mail carries ("number.first part of the hash")."""
    pk, _dot, link = argument.partition(".")
    with scope.read_everywhere("link-lookup"):
        return Handshake.objects.filter(
            pk=int(pk), state=HandshakeState.INVITED, token_hash__startswith=link
        ).exists()
