"""The page that a person wanted before they had to sign in (`next`) is kept through all sign-in pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import add_query_params
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

# Pages on the way to a session, as far as they do not keep the page in the session themselves.
ON_THE_WAY = {
    "account_complete_password_reset",
    "account_confirm_login_code",
    "account_confirm_password_reset_code",
    "account_email_verification_sent",
    "account_login",
    "account_password_reset_completed",
    "account_request_login_code",
    "account_reset_password",
    "account_signup",
    "mfa_authenticate",
    "mfa_login_webauthn",
}


class DestinationMiddleware:
    """Adds the wanted page to redirects between sign-in pages that lose it, such as after a code has expired."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        here = request.resolver_match.view_name if request.resolver_match else ""
        if response.status_code != 302 or here not in ON_THE_WAY:
            return response
        target = urlsplit(response["Location"])
        if "next" in parse_qs(target.query) or _page(target.path) not in ON_THE_WAY:
            return response
        if wanted := get_next_redirect_url(request):
            response["Location"] = add_query_params(response["Location"], {"next": wanted})
        return response


def _page(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""
