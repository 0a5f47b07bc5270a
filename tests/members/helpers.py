"""Short helper functions for tests about handshakes."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from core.mail.models import OutgoingMail
from core.models import AuditEntry
from core.scope import group_scope, read_everywhere
from members import actions, links
from members.models import Conditions, Handshake, Membership

LINK = re.compile(r"/invitation/([\w-]{20,})/")


def invite(group, by, email="guest@example.org", **details: Any) -> Handshake:
    """An invitation that was sent."""
    details = {"given_name": "Oyelaran", "family_name": "Adebayo", **details}
    return actions.invite_person(group=group, by=by, email=email, **details)


def request(group, by, message="I survey caracals.") -> Handshake:
    """A request that waits."""
    return actions.request_to_join(group=group, by=by, conditions=Conditions.in_force(), message=message)


def accept(handshake, by, **more: Any) -> Handshake:
    """The person's signature with the conditions in force."""
    return actions.accept_invitation(handshake=handshake, by=by, conditions=Conditions.in_force(), **more)


def secret_in_mail(to: str) -> str:
    """The secret in the latest invitation mail to an address."""
    mail = OutgoingMail.objects.filter(to=to, purpose="members.invitation").latest("pk")
    found = LINK.search(mail.text)
    assert found is not None
    return found.group(1)


def link_in_mail(to: str) -> str:
    """The hash of that secret, as the actions ask for it."""
    return links.hashed(secret_in_mail(to))


def mails(purpose: str = "") -> list[OutgoingMail]:
    """Queued mails of this app, oldest first."""
    return list(
        OutgoingMail.objects.filter(purpose__startswith=f"members.{purpose}")
        .exclude(state="dropped")
        .order_by("pk")
    )


def memberships(group, person) -> list[Membership]:
    """Memberships of a person in a group that hold today."""
    with group_scope(group), transaction.atomic():
        return list(Membership.objects.on().filter(person=person).select_related("conditions", "handshake"))


def fresh(handshake) -> Handshake:
    """The handshake as it is stored."""
    with group_scope(handshake.group_id), transaction.atomic():
        return Handshake.objects.select_related("group", "person", "leader_signed_by").get(pk=handshake.pk)


def acts(verb: str) -> list[AuditEntry]:
    """Audit entries of a verb, oldest first."""
    with read_everywhere("checks"), transaction.atomic():
        return list(AuditEntry.objects.filter(verb=verb).order_by("pk"))
