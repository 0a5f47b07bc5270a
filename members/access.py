"""Memberships as a source of roles, and the finer questions about handshakes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import CharField, F, QuerySet, Value

from groups.access import role_source
from members.models import Membership

if TYPE_CHECKING:
    from accounts.models import User


@role_source
def memberships(person: User, day: date) -> QuerySet:
    """A membership that counts on the day makes its person a member of the group."""
    return (
        Membership.objects.on(day)
        .of(person)
        .order_by()
        .values_list(
            F("group_id"), Value("ME", output_field=CharField()), Value("", output_field=CharField())
        )
    )
