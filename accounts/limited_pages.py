"""Which sign-in pages limit which attempts, and the middleware that counts them.

The count is written before the page runs, in a transaction of its own. So parallel attempts are counted one after
the other, and a fault of the page does not undo the count. The numbers are house rules. What counts is what the
person typed, and not whether it belongs to an account, so that the limits reveal no accounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from math import ceil
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import limits, mailed_codes
from accounts.limits import Limit
from core import clock

Handler = Callable[[HttpRequest], HttpResponse]

GUESSES = Limit(5, timedelta(minutes=5))
# The pages allow at most five wrong codes one after the other. This limit is for codes that arrive at once.
CODE_GUESSES = Limit(6, timedelta(minutes=15))
MAILS = Limit(6, timedelta(hours=1))
# A workshop or an office has one network address, so this limit only stops machines.
NETWORK = Limit(300, timedelta(hours=1))


class Counts(Enum):
    """Which attempts a limit keeps. A page that worked redirects, and a page with an error is shown again."""

    ALL = "all"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True)
class Rule:
    """A limit on posts to some pages."""

    what: str
    pages: frozenset[str]
    # What the attempts are counted against, or '' when this post is no attempt.
    against: Callable[[HttpRequest], str]
    limit: Limit
    counts: Counts = Counts.ALL


def _typed(field: str, with_field: str = "") -> Callable[[HttpRequest], str]:
    """The typed address, in small letters. With `with_field`, only if that field is filled in too."""

    def against(request: HttpRequest) -> str:
        if with_field and not request.POST.get(with_field):
            return ""
        return request.POST.get(field, "").strip().lower()

    return against


def _own_address(request: HttpRequest) -> str:
    return request.user.email.lower() if request.user.is_authenticated else ""


def _own_password(request: HttpRequest) -> str:
    filled = request.POST.get("password") or request.POST.get("oldpassword")
    return _own_address(request) if filled else ""


def _own_code(request: HttpRequest) -> str:
    return str(request.user.pk) if request.user.is_authenticated and "code" in request.POST else ""


def _code_at_sign_in(request: HttpRequest) -> str:
    """The person who has given the password and now gives the second factor."""
    pending = request.session.get(LOGIN_SESSION_KEY) or {}
    if not pending.get("user_pk") or "code" not in request.POST:
        return ""
    return str(url_str_to_user_pk(pending["user_pk"]))


def _mailed(kept_in: Callable[[HttpRequest], dict[str, Any]]) -> Callable[[HttpRequest], str]:
    """The code that was mailed last for the page: the session, and when the code was made."""

    def against(request: HttpRequest) -> str:
        kept = kept_in(request)
        return f"{request.session.session_key} {kept['at']}" if kept and "code" in request.POST else ""

    return against


def _network(request: HttpRequest) -> str:
    """The page and the network address of a person who is not signed in."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return "" if request.user.is_authenticated else f"{name} {get_ip(request)}"


def _rule(what: str, pages: str, against: Callable[[HttpRequest], str], *rest: Any) -> Rule:
    return Rule(what, frozenset(pages.split()), against, *rest)


RULES = (
    # The same count at sign-in and inside: all of these pages tell whether a password is right.
    _rule("password", "account_login", _typed("login", "password"), GUESSES, Counts.FAILED),
    _rule(
        "password", "account_reauthenticate account_change_password", _own_password, GUESSES, Counts.FAILED
    ),
    _rule("second factor", "mfa_authenticate", _code_at_sign_in, GUESSES, Counts.FAILED),
    _rule("second factor", "mfa_reauthenticate", _own_code, GUESSES, Counts.FAILED),
    _rule("mailed code", "account_confirm_login_code", _mailed(mailed_codes.sign_in_code), CODE_GUESSES),
    _rule("mailed code", "account_email_verification_sent", _mailed(mailed_codes.address_code), CODE_GUESSES),
    _rule(
        "mailed code",
        "account_confirm_password_reset_code",
        _mailed(mailed_codes.password_code),
        CODE_GUESSES,
    ),
    _rule("mailed code", "accounts:prove-again", _mailed(mailed_codes.proof_code), CODE_GUESSES),
    _rule("mail of a sign-in code", "account_request_login_code", _typed("email"), MAILS, Counts.DONE),
    _rule("mail of a password code", "account_reset_password", _typed("email"), MAILS, Counts.DONE),
    _rule("mail of an account", "account_signup socialaccount_signup", _typed("email"), MAILS, Counts.DONE),
    _rule("mail of an address", "account_email", _own_address, MAILS, Counts.DONE),
    _rule(
        "network",
        "account_login account_signup account_request_login_code account_reset_password mfa_login_webauthn"
        " socialaccount_signup",
        _network,
        NETWORK,
    ),
)

# Fields whose values never stay on a page.
SECRET_FIELDS = ("password", "code", "credential", "csrfmiddlewaretoken", "_once")


class LimitsMiddleware:
    """Refuses posts to sign-in pages beyond the limits, with a page that says from when the person may try again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        done = response.status_code == 302
        for rule, against in getattr(request, "attempts", ()):
            if rule.counts is not Counts.ALL and done is (rule.counts is Counts.FAILED):
                limits.give_back(rule.what, against)
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Django calls this before each view. Returns the page for too many attempts, or None."""
        if request.method != "POST" or not request.resolver_match:
            return None
        counted: list[tuple[Rule, str]] = []
        request.attempts = counted  # type: ignore[attr-defined] # read again after the view, in __call__ only
        for rule in RULES:
            if request.resolver_match.view_name not in rule.pages or not (against := rule.against(request)):
                continue
            if again_at := limits.take(rule.limit, rule.what, against):
                return too_many(request, again_at)
            counted.append((rule, against))
        return None


def too_many(request: HttpRequest, again_at: datetime) -> HttpResponse:
    """Show from when the person may try again. The page keeps what was typed, except secrets, to send it again."""
    wait = max((again_at - clock.now()).total_seconds(), 1)
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not name.startswith(SECRET_FIELDS) and not name.endswith("password")
    ]
    context = {"again_at": again_at, "minutes": ceil(wait / 60), "kept": kept}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(ceil(wait))
    return response
