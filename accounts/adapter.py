"""Adapters that make django-allauth use the portal's mails, texts and rules."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import user_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.words import SECOND_STEP_ERRORS, SIGN_IN_ERRORS
from core.mail import outbox
from core.mail.eligibility import Unchecked
from core.mail.lines import names_website

# Why allauth's mails are sent without a check. A mail of a kind that is not named here is refused.
UNCHECKED = {
    # Codes and links, and the answers to a sign-up or a reset with an address that has, or does not have, an account.
    **dict.fromkeys(
        (
            "account_already_exists",
            "email_confirmation",
            "email_confirmation_signup",
            "login_code",
            "password_reset_code",
            "password_reset_key",
            "unknown_account",
        ),
        Unchecked.PERSON_WAITS,
    ),
    # Notices: what changed in the account, and from where.
    **dict.fromkeys(
        (
            "account_connected",
            "account_disconnected",
            "email_changed",
            "email_confirm",
            "email_deleted",
            "password_changed",
            "password_reset",
            "password_set",
            "recovery_codes_generated",
            "totp_activated",
            "totp_deactivated",
            "webauthn_added",
            "webauthn_removed",
        ),
        Unchecked.OWN_ACCOUNT,
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Writes allauth's mails into the outbox, in the transaction of the request. Links use the configured address."""

    error_messages = {**DefaultAccountAdapter.error_messages, **SIGN_IN_ERRORS}

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's mails (codes, links, notices). Each call queues a new mail."""
        kind = template_prefix.rsplit("/", 1)[-1]
        context = {**context, "email": email, "base_url": settings.BASE_URL}
        language = (get_language() or "en")[:2]
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        outbox.queue(
            key=outbox.once_only(kind),
            purpose=f"accounts.{kind}",
            still_due=UNCHECKED[kind],
            to=email,
            language=language,
            subject=subject,
            text=render_to_string(f"{template_prefix}_message.txt", context),
            html=render_to_string(f"{template_prefix}_message.html", context),
            holds_secret=True,
        )

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Save a new person with the names of the form, the language of the page and the address in lower case."""
        user = super().save_user(request, user, form, commit=False)
        data = form.cleaned_data
        user.given_name, user.family_name = data.get("given_name", ""), data.get("family_name", "")
        user.language = (get_language() or "en")[:2]
        user_email(user, user.email.lower())
        if commit:
            user.save()
        return user

    def login(self, request: HttpRequest, user: Any) -> None:
        """Open the session at the end of a sign-in.

        Raises ImmediateHttpResponse when the person's sessions were ended while this sign-in was not finished. The
        person then signs in anew.
        """
        if sessions.sign_in_is_outdated(request, user):
            clear_login(request)
            messages.info(
                request, _("Your account has changed since you began to sign in. Please sign in again.")
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to give a fresh proof.

        A person with neither password nor second step can get a code by mail. A person whose role asks for a second
        factor that this session has not used gives that one.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if sessions.must_use_second_factor(self.request):
            return [method for method in methods if method["id"].startswith("mfa_")]
        if methods or not user.is_authenticated:
            return methods
        by_mail = _("Have a code sent to you by email")
        return [{"id": "code", "description": by_mail, "url": reverse("accounts:prove-again")}]


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """ORCID sign-in: ORCID gives the names, and the portal asks for the address and has the person prove it."""

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """Return the keys of the provider. Raises Http404 when the settings have none."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.given_name, user.family_name = (
            "" if names_website(name) else name[:80]
            for name in (data.get("first_name") or "", data.get("last_name") or "")
        )
        user.orcid = sociallogin.account.uid[:19] if sociallogin.account.provider == "orcid" else ""
        user.language = (get_language() or "en")[:2]
        return user


class SecondStepAdapter(DefaultMFAAdapter):
    """The second step of sign-in, with the portal's error messages."""

    error_messages = {**DefaultMFAAdapter.error_messages, **SECOND_STEP_ERRORS}
