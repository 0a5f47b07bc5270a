"""Codes that the portal mails and a person types into the page. Each works once, in the session that asked for it.

allauth keeps the code in the session. When a form is posted several times at once, each request reads the session
before the first one has changed it. So the use of a code is also written to the database (accounts.limits).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts import limits, sessions
from accounts.models import User

# Where the session keeps the code of a fresh proof (accounts.views.prove_again).
PROOF = "accounts.proof-code"


def sign_in_code(request: HttpRequest) -> dict[str, Any]:
    """What the session keeps about the mailed code for signing in, or {}."""
    stages = (request.session.get(LOGIN_SESSION_KEY) or {}).get("state", {}).get("stages", {})
    return stages.get(LoginStageKey.LOGIN_BY_CODE.value, {}).get("data") or {}


def address_code(request: HttpRequest) -> dict[str, Any]:
    """What the session keeps about the mailed code that confirms an address, or {}."""
    return request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY) or {}


def password_code(request: HttpRequest) -> dict[str, Any]:
    """What the session keeps about the mailed code for a new password, or {}."""
    return request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY) or {}


def proof_code(request: HttpRequest) -> dict[str, Any]:
    """What the session keeps about the mailed code for a fresh proof, or {}."""
    return request.session.get(PROOF) or {}


def use(kept: dict[str, Any], what: str) -> None:
    """Mark the code as used, inside the transaction of what it allows.

    Raises ValidationError when the person's sessions were ended after the code was sent, such as by a change of
    address. Raises ImmediateHttpResponse when a post at the same moment has used the code.
    """
    request = context.request
    person = User.objects.filter(pk=kept["user_id"]).first() if "user_id" in kept else None
    if person is not None and sessions.ended_since(person, kept["at"]):
        raise get_adapter(request).validation_error("code_outdated")
    if not limits.use_once(what, request.session.session_key, kept.get("at"), kept.get("code")):
        back_to_page(request)


def back_to_page(request: HttpRequest) -> None:
    """Open the page anew, because another post has done what this one wanted. The session is not written again.

    Raises ImmediateHttpResponse. The page leads a person who is signed in by now to where they wanted to go.
    """
    onward = get_next_redirect_url(request)
    raise ImmediateHttpResponse(
        redirect(f"{request.path}?{urlencode({'next': onward})}" if onward else request.path)
    )
