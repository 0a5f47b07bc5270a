"""What follows when a person changes how they sign in: an entry in the audit trail, and the end of other sessions.

Factors are watched in the database, because allauth sends its own signals for some of them after the transaction.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts import limits, sessions
from accounts.models import User
from accounts.requests import AuthedRequest
from core import audit

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


def _record(verb: str, person: User, **detail: Any) -> None:
    """Record what a person did about their own account. Outside a request, the portal or a command did it."""
    by = person if context.request is not None else None
    audit.record(f"accounts.{verb}", by=by, about=person, **detail)


@receiver(account.password_set)
def password_set(user: User, **kwargs: Any) -> None:
    """Record the first password."""
    _record("password_set", user)
    sessions.end_others(user)


@receiver(account.password_changed)
def password_changed(user: User, **kwargs: Any) -> None:
    """Record the change of the password. Django has ended the other sessions; unfinished sign-ins end too."""
    _record("password_changed", user)
    sessions.end_others(user)


@receiver(account.password_reset)
def password_reset(user: User, **kwargs: Any) -> None:
    """Record the new password after a mailed code. Wrong guesses before it no longer count."""
    _record("password_reset", user, proof="mailed code")
    sessions.end_others(user)
    limits.forget("password", user.email.lower())


@receiver(account.email_changed)
def address_changed(user: User, from_email_address: EmailAddress | None, **kwargs: Any) -> None:
    """Record a new address, or the first confirmation of one. The row history has the addresses."""
    _record("address_changed" if from_email_address else "address_confirmed", user, proof="mailed code")
    if from_email_address:
        sessions.end_others(user)


@receiver(social.social_account_added)
def account_connected(request: AuthedRequest, sociallogin: SocialLogin, **kwargs: Any) -> None:
    """Record that a person can now sign in with an account elsewhere, such as ORCID."""
    _record("sign_in_account_connected", request.user, provider=sociallogin.account.provider)
    sessions.end_others(request.user)


@receiver(social.social_account_removed)
def account_disconnected(socialaccount: SocialAccount, **kwargs: Any) -> None:
    """Record that an account elsewhere no longer signs the person in."""
    _record("sign_in_account_disconnected", socialaccount.user, provider=socialaccount.provider)
    sessions.end_others(socialaccount.user)


@receiver(post_save, sender=Authenticator)
def factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Record a new factor or new recovery codes. A new factor counts as used in the session that added it."""
    if not created:
        return
    person = instance.user
    if instance.type == RECOVERY_CODES:
        _record("recovery_codes_made", person)
        return
    _record("second_factor_added", person, factor=str(instance.type))
    sessions.end_others(person)
    request = context.request
    if request is not None and request.user.pk == person.pk:
        sessions.count_as_used(request, instance)


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, **kwargs: Any) -> None:
    """Record that a factor was removed. Recovery codes are replaced, or go with the last factor."""
    if instance.type != RECOVERY_CODES:
        _record("second_factor_removed", instance.user, factor=str(instance.type))
        sessions.end_others(instance.user)


@receiver(mfa.authenticator_used)
def factor_used(user: User, authenticator: Authenticator, reauthenticated: bool, **kwargs: Any) -> None:
    """Record a sign-in or a proof with a recovery code: such a person has lost the factor, or is another person."""
    if authenticator.type == RECOVERY_CODES:
        _record("recovery_code_used", user, at="proof" if reauthenticated else "sign-in")
