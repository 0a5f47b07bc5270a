"""What this app does when a group closes, and when a mail server refuses the address of an invitation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.dispatch import receiver

from core.mail.models import OutgoingMail
from core.mail.signals import address_refused, address_works
from groups.models import Group
from groups.signals import group_closed
from members import actions, mails


@receiver(group_closed, dispatch_uid="members.close_with_group")
def close_with_group(*, group: Group, by: Any, day: date, **_more: Any) -> None:
    """End the memberships of a group that has closed, and close its open invitations and requests."""
    actions.close_open_handshakes(group=group, by=by)
    actions.end_memberships_of_closed(group=group, by=by, from_day=day)


@receiver(address_refused, dispatch_uid="members.invited_address_refused")
def invited_address_refused(*, mail: OutgoingMail, reason: str, **_more: Any) -> None:
    """Show the leaders that their invitation has not arrived. Their task is to correct the address."""
    if invited := mails.invitation_of(mail):
        actions.note_refused_address(group_id=invited.group, handshake_id=invited.handshake, why=reason)


@receiver(address_works, dispatch_uid="members.invited_address_works")
def invited_address_works(*, mail: OutgoingMail, **_more: Any) -> None:
    """Forget a former refusal: this mail to the invited address was accepted."""
    if invited := mails.invitation_of(mail):
        actions.note_refused_address(group_id=invited.group, handshake_id=invited.handshake, why="")
