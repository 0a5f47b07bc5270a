"""What this app does when a group closes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.dispatch import receiver

from groups.models import Group
from groups.signals import group_closed
from members import actions


@receiver(group_closed, dispatch_uid="members.close_with_group")
def close_with_group(*, group: Group, by: Any, day: date, **_more: Any) -> None:
    """End the memberships of a group that has closed, and close its open invitations and requests."""
    actions.close_open_handshakes(group=group, by=by)
    actions.end_memberships_of_closed(group=group, by=by, from_day=day)
