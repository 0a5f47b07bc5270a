"""What this app does when a group closes, and what it checks before an invitation's mail is sent."""

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
    """Close the open invitations and requests of a group that has closed."""
    actions.close_open_handshakes(group=group, by=by)


@check("members.invitation")
def invitation_stands(argument: str) -> bool:
    """Whether the mail's link still works for an open invitation; `argument` is "id.beginning of the hash"."""
    pk, _dot, link = argument.partition(".")
    with scope.read_everywhere("link-lookup"):
        return Handshake.objects.filter(
            pk=int(pk), state=HandshakeState.INVITED, token_hash__startswith=link
        ).exists()
