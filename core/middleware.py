"""Middleware of every page: error pages for faults and long requests, sign-in, privacy headers, htmx, audit context."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation

from core import audit, faults, kept
from core.htmx import HtmxRequest
from core.logs import without_secrets
from core.pg import limits

Handler = Callable[[HttpRequest], HttpResponse]


class ServiceFaultMiddleware:
    """When the database does not serve a view, respond with 503 and a page that says what to do.

    Every statement of a request has the limits of pages, so that a lock in the database holds no page up for long.
    Exceptions of other middleware never arrive here. The view of the 500 page answers these (core.views.server_error).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with limits.of_pages():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception in a view, before it shows the 500 page."""
        fault = faults.fault_of(exception)
        return faults.away(request, exception, fault) if fault else None


class LongRequestMiddleware:
    """Refuse a request that is longer than LONGEST_REQUEST with 413, before any of its body is read and stored.

    Without a length, Django reads no body at all.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) <= settings.LONGEST_REQUEST:
            return self.get_response(request)
        language = translation.get_language_from_request(request, check_path=True)
        with translation.override(language):
            return render(None, "413.html", status=413)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Redirects visitors to the sign-in, unless a page is open to them. What a post says is kept."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
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
        with audit.context(by=person, channel="page", url=without_secrets(request.path)):
            return self.get_response(request)
