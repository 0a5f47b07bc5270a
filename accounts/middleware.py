"""The second factor of people whose role asks for one: each session must use it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.models import User
from core import kept
from core.hooks import needs_second_factor
from core.models import KeptReason

# Pages that stay open to a person who has not used a second factor in this session.
ALWAYS_OPEN = {"account_logout", "set_language", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
ALWAYS_OPEN_PREFIXES = ("core:", "health")
# Pages where a person who has no second factor adds one. A person who has one must use it first, because these
# pages and their neighbours also remove factors and show recovery codes.
OPEN_TO_ADD = {
    "account_reauthenticate",
    "accounts:prove-again",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_index",
    "mfa_list_webauthn",
}
# Where the session keeps the page that a person wanted to open before they had to add a second factor.
WANTED_PAGE = "wanted_page"

Handler = Callable[[HttpRequest], HttpResponse]


class SecondFactorMiddleware:
    """Lets people whose role asks for a second factor do nothing before they have used it in this session."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Django calls this before each view. Returns a redirect, or None when the person may go on."""
        person = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not person.is_authenticated or name in ALWAYS_OPEN or name.startswith(ALWAYS_OPEN_PREFIXES):
            return None
        if not needs_second_factor(request):
            return None
        if sessions.used_second_factor(request):
            if request.session.get(WANTED_PAGE) == request.get_full_path():
                del request.session[WANTED_PAGE]
            return None
        if sessions.has_second_factor(person):
            return send_to_use(request, person)
        return None if name in OPEN_TO_ADD else send_to_add(request)


def send_to_use(request: HttpRequest, person: User) -> HttpResponse:
    """Redirect to the page where the person uses their second factor. That page leads back to this one.

    What a post says is kept. Its form shows it again afterwards.
    """
    kept.keep(request, KeptReason.SECOND_STEP)
    messages.info(
        request, _("Your role asks for a second step in each session. Use your app or your key to go on.")
    )
    has_app = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
    page = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
    return redirect(f"{page}?{urlencode({'next': kept.form_page(request)})}")


def send_to_add(request: HttpRequest) -> HttpResponse:
    """Redirect to the page where the person adds a second factor. The recovery codes then show a link back.

    What a post says is kept. Its form shows it again afterwards.
    """
    kept.keep(request, KeptReason.SECOND_STEP)
    messages.info(request, _("Your role asks for a second step at sign-in. Set one up to go on."))
    request.session[WANTED_PAGE] = kept.form_page(request)
    return redirect("mfa_index")
