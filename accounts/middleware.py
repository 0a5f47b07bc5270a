"""People with an office role need a second factor. Until they add one, they can open only the page for it."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import kept
from core.hooks import needs_second_factor
from core.models import KeptReason

# Pages that these people can open before they have added the factor.
OPEN_NAMES = {"account_logout", "account_reauthenticate", "set_language"}
OPEN_PREFIXES = ("mfa_", "core:", "health")


class SecondFactorMiddleware:
    """Redirects people who need a second factor and have none to the page where they add one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Django calls this before each view. Returns a redirect, or None when the person may go on."""
        person = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not person.is_authenticated or name in OPEN_NAMES or name.startswith(OPEN_PREFIXES):
            return None
        if not needs_second_factor(request) or is_mfa_enabled(person):
            return None
        kept.keep(request, KeptReason.SECOND_STEP)
        messages.info(request, _("Your role asks for a second step at sign-in. Set one up to go on."))
        return redirect("mfa_index")
