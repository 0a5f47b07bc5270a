"""Functions that make people, groups and offices for tests. A test gives every value that matters to it."""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    get_authentication_records,
    record_authentication,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest
from django.test import Client

from accounts import sessions
from accounts.models import User, normalised
from core import clock, scope
from core.models import AuditEntry
from groups.models import Appointment, AppointmentEnding, Category, Group, NetworkAppointment, Quadrennium
from groups.roles import FILLED_BY_LEADER
from members.models import Conditions, Membership, MembershipEnding
from tests.pg.owner import as_owner

_numbers = itertools.count(1)
PASSWORD = "a long enough pass phrase"


def make_person(given_name: str = "Wanjiru", family_name: str = "", **fields: Any) -> User:
    """A person with a proved address and a password (PASSWORD)."""
    number = next(_numbers)
    family_name = family_name or f"Kamande{number}"
    email = fields.pop(
        "email", f"{normalised(given_name, family_name).replace(' ', '.')}{number}@example.org"
    )
    with as_owner() if fields.get("is_superuser") else nullcontext():  # pages cannot make a superuser
        person = User.objects.create_user(
            email, fields.pop("password", PASSWORD), given_name=given_name, family_name=family_name, **fields
        )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_in(client: Any, person: User, *, ago: float = 0) -> None:
    """Open a session without the page, with a sign-in by password recorded that many seconds ago."""
    Client.force_login(client, person)
    refresh(client, ago=ago)


def refresh(client: Any, *, ago: float = 0, of: User | None = None) -> None:
    """Let the session's only proof be one of that many seconds ago, of its own person unless told otherwise.

    A person with a second factor has used it in this session, as at a real sign-in.
    """
    request = HttpRequest()
    request.session = client.session
    person = of or User.objects.get(pk=request.session[SESSION_KEY])
    clear_authentication_records(request)
    record_authentication(request, person, method="password")
    request.user = person
    for factor in Authenticator.objects.filter(user=person):
        sessions.count_as_used(request, factor)
    for record in get_authentication_records(request, person):
        record["at"] -= ago
    request.session.save()


def make_group(name: str = "", category: str = "specialist-group", **fields: Any) -> Group:
    """An open group of a category that exists in the reference data."""
    number = next(_numbers)
    name = name or f"Sample Beetle {number} Specialist Group"
    slug = fields.pop("slug", f"sample-{number}")
    return Group.objects.create(name=name, slug=slug, category=Category.objects.get(pk=category), **fields)


def appoint(
    group: Group,
    person: User,
    office: str,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    **fields: Any,
) -> Appointment:
    """An appointment that began a year ago unless told otherwise, written by the owner, so without a maker.

    A person who gets an office of the group is made a member first.
    """
    if office in FILLED_BY_LEADER:
        with transaction.atomic(), scope.group_scope(group):
            if not Membership.objects.on().filter(person=person).exists():
                make_member(group, person)
    if office == "delegate":
        fields.setdefault("note", "Invitations and requests.")
    with transaction.atomic(), scope.group_scope(group), as_owner():
        return Appointment.objects.create(
            group=group,
            person=person,
            office=office,
            starts_on=starts_on or clock.today() - timedelta(days=365),
            ends_on=ends_on,
            **fields,
        )


def end_appointment(appointment: Appointment, from_day: date | None = None) -> AppointmentEnding:
    """End an appointment from a day on (today)."""
    with transaction.atomic(), scope.group_scope(appointment.group_id):
        return AppointmentEnding.objects.create(
            group_id=appointment.group_id, appointment=appointment, from_day=from_day or clock.today()
        )


def appoint_network(
    person: User, role: str, *, second_factor: bool = True, **fields: Any
) -> NetworkAppointment:
    """A network role that began a year ago; the person holds a second factor unless told otherwise."""
    if second_factor:
        give_second_factor(person)
    fields.setdefault("starts_on", clock.today() - timedelta(days=365))
    with as_owner():
        return NetworkAppointment.objects.create(person=person, role=role, **fields)


def give_second_factor(person: User) -> None:
    """A TOTP authenticator, so that role pages open."""
    TOTP.activate(person, generate_totp_secret())


def make_member(group: Group, person: User | None = None, **fields: Any) -> Any:
    """A membership of the current quadrennium with accepted conditions; the owner writes it, without a handshake."""
    person = person or make_person()
    period = fields.pop("quadrennium", None) or Quadrennium.current()
    assert period is not None
    with transaction.atomic(), scope.group_scope(group), as_owner():
        return Membership.objects.create(
            group=group,
            person=person,
            quadrennium=period,
            conditions=Conditions.in_force(),
            starts_on=fields.pop("starts_on", period.starts_on),
            ends_on=fields.pop("ends_on", period.ends_on),
            **fields,
        )


def end_membership(membership: Membership, from_day: date | None = None) -> None:
    """End a membership from a day on (today), without what the action does besides."""
    with transaction.atomic(), scope.group_scope(membership.group_id):
        MembershipEnding.objects.create(
            group_id=membership.group_id, membership=membership, from_day=from_day or clock.today()
        )


def verbs(group: Group) -> list[str]:
    """What the trail of the group tells, oldest first."""
    with scope.group_scope(group):
        return list(AuditEntry.objects.filter(group=group).order_by("pk").values_list("verb", flat=True))
