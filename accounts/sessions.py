"""Sessions that must not outlive a change: a session may be older than a role, a second factor or a password.

* A person whose role asks for a second factor must have used one in this session. It is not enough that the person
  has one.
* When a person changes how they sign in (password, second factor, address), all their other sessions end, and so do
  sign-ins that are not finished and codes that are in the mail.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from accounts.models import User
from core.hooks import needs_second_factor

# Recovery codes come with one of these, and are no factor on their own.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def used_second_factor(request: HttpRequest) -> bool:
    """Return whether this session used a factor that the person still has. Passkeys and recovery codes count."""
    records = get_authentication_records(request, request.user)
    used = {record.get("id") for record in records if record["method"] == "mfa"}
    return bool(used) and Authenticator.objects.filter(user_id=request.user.pk, pk__in=used).exists()


def has_second_factor(person: User) -> bool:
    """Return whether the person has an authenticator app or a key."""
    return bool(is_mfa_enabled(person, FACTORS))


def must_use_second_factor(request: HttpRequest) -> bool:
    """Return whether the role asks for a second factor that the person has, and this session has not used it."""
    return (
        request.user.is_authenticated
        and needs_second_factor(request)
        and not used_second_factor(request)
        and has_second_factor(request.user)
    )


def count_as_used(request: HttpRequest, factor: Authenticator) -> None:
    """Record that this session used the factor. The person who adds one has just shown that they have it."""
    record_authentication(request, request.user, method="mfa", id=factor.pk, type=factor.type)


def end_others(person: User) -> None:
    """End the person's other sessions, unfinished sign-ins and codes. The session of the present request stays."""
    person.sessions_ended_at = datetime.now(UTC)
    User.objects.filter(pk=person.pk).update(sessions_ended_at=person.sessions_ended_at)
    request = context.request
    if request is not None and request.user.pk == person.pk:
        request.user.sessions_ended_at = person.sessions_ended_at
        update_session_auth_hash(request, person)


def ended_since(person: User, moment: float) -> bool:
    """Return whether the person's sessions were ended after a moment (in seconds since 1970)."""
    return person.sessions_ended_at is not None and person.sessions_ended_at.timestamp() > moment


def sign_in_is_outdated(request: HttpRequest, person: User) -> bool:
    """Return whether the first step of this sign-in is older than the end of the person's sessions.

    Such as a password that was given before it was changed, with the second step still to come.
    """
    records: list[dict[str, Any]] = get_authentication_records(request, person)
    first_steps = [row["at"] for row in records if row["method"] != "mfa" or row.get("passwordless")]
    return bool(first_steps) and ended_since(person, max(first_steps))
