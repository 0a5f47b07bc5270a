"""What happens to annual reports when a membership ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.dispatch import receiver

from members.models import Membership
from members.signals import membership_ended
from reporting.reports import actions


@receiver(membership_ended, dispatch_uid="reporting.end_shares")
def end_shares(*, membership: Membership, by: Any, from_day: date, **_more: Any) -> None:
    """End what the person could write because of the membership."""
    actions.end_shares_of(
        group=membership.group,
        person=membership.person,
        by=by,
        from_day=from_day,
        reason="The membership ended.",
    )
