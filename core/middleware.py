"""Middleware of every page: an error page when the database is away, sign-in, privacy headers, htmx, audit context."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import audit, kept
from core.htmx import HtmxRequest

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


class ServiceFaultMiddleware:
    """When the database does not answer, respond with 503 and a page that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self.away(request, error)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception in a view, before it shows the 500 page."""
        if isinstance(exception, OperationalError | InterfaceError):
            return self.away(request, exception)
        return None

    def away(self, request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("database away: %s", type(error).__name__)
        response = render(None, "503.html", kept.again(request), status=503)
        response["Retry-After"] = "30"
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Redirects visitors to the sign-in, unless a page is open to them. What a post says is kept."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """Django calls this for a visitor on a page that needs a sign-in."""
        if request.method == "POST":
            return kept.sign_in_page(request)
        return super().handle_no_permission(request, view_func)


class PrivatePagesMiddleware:
    """Forbid caches to keep pages of signed-in people and responses to posts."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.method != "GET":
            response["Cache-Control"] = "no-store, private"
        return response


class HtmxRedirectMiddleware:
    """Make htmx load the whole page when the response is a redirect, such as to sign-in after the session ended.

    The browser would follow a plain redirect, and htmx would put the new page in the place of a list.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.htmx and response.status_code in (301, 302, 303, 307, 308):
            response["HX-Redirect"] = response["Location"]
            del response["Location"]
            response.status_code = 200
        return response


class AuditContextMiddleware:
    """Record with every row that a request writes who sent the request and for which address."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        person = request.user if request.user.is_authenticated else None
        with audit.context(by=person, channel="page", url=request.path):
            return self.get_response(request)
