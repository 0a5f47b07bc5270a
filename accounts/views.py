"""Pages about the person's own account: the profile, and a fresh proof by emailed code."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import SignupView as AllauthSignupView
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions, limits, mailed_codes
from accounts.forms import ProfileForm, ProofCodeForm
from accounts.mailed_codes import PROOF
from accounts.models import User
from accounts.requests import AuthedRequest
from core import clock, codes
from core.access import signed_in_page
from core.errors import DomainError
from core.hooks import has_public_contact
from core.kept import restored
from core.once import acts_once

# Key of the session: the address that a new account in this browser will most likely have.
EXPECTED_ADDRESS = "accounts.expected-address"


class SignupView(AllauthSignupView):
    """allauth's page for a new account. The address is filled in for a person who has opened an invitation."""

    def get_initial(self) -> dict[str, Any]:
        """Return the values that the empty form shows. The address comes from the session."""
        initial: dict[str, Any] = super().get_initial()
        return {"email": self.request.session.get(EXPECTED_ADDRESS, "")} | initial


signup = SignupView.as_view()


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once(saves=True)
def profile(request: AuthedRequest) -> HttpResponse:
    """Show and save the person's profile, and say who can see it."""
    # Read the person again: the page's header uses request.user and must not show text that is not saved.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person, public_contact=has_public_contact(request))
    form = restored(request, form)
    if request.method == "POST" and form.is_valid():
        actions.update_profile(person=person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form, "person": person}, status=status)


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def prove_again(request: AuthedRequest) -> HttpResponse:
    """Take a fresh proof by emailed code from a person who has neither password nor second step.

    Other people are redirected to the page where they prove with these.
    """
    onward = get_next_redirect_url(request) or ""
    field = format_html('<input type="hidden" name="next" value="{}">', onward) if onward else ""
    first = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
    if first != request.path:
        return redirect(f"{first}?{urlencode({'next': onward})}" if onward else first)
    waiting = mailed_codes.proof_code(request)
    if waiting.get("person") != request.user.pk or _is_over(waiting):
        waiting = {}
    form, status = ProofCodeForm(request.POST if "code" in request.POST else None), 200
    if "send" in request.POST:
        try:
            expected = actions.send_proof_code(person=request.user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            now = clock.now().isoformat()
            request.session[PROOF] = {"person": request.user.pk, "hash": expected, "at": now, "tries": 0}
        return redirect(f"{request.path}?{urlencode({'next': onward})}" if onward else request.path)
    if request.method == "POST":
        status = 422
        if waiting and form.is_valid():
            if codes.fits(form.cleaned_data["code"], waiting["hash"]):
                if not limits.use_once("fresh proof", request.session.session_key, waiting["hash"]):
                    mailed_codes.back_to_page(request)
                del request.session[PROOF]
                record_authentication(request, request.user, method="code", reauthenticated=True)
                return redirect(onward or settings.LOGIN_REDIRECT_URL)
            request.session[PROOF] = {**waiting, "tries": waiting["tries"] + 1}
            form.add_error("code", _("Enter the code from the email, eight letters and figures."))
    context = {
        "address": actions.proof_address(request.user),
        "waiting": bool(waiting),
        "form": form,
        "redirect_field": field,
    }
    return render(request, "accounts/prove_again.html", context, status=status)


def _is_over(waiting: dict[str, Any]) -> bool:
    """Return whether a code has expired or was tried too often."""
    sent = datetime.fromisoformat(waiting["at"])
    return clock.now() - sent > codes.LASTS or waiting["tries"] >= codes.TRIES
