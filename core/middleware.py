"""What surrounds every page: a plain answer when a service is away, privacy headers, the audit context."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import audit
from core.htmx import HtmxRequest

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


class ServiceFaultMiddleware:
    """When the database does not answer, say so with 503 and a way back, instead of an error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self.away(request, error)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django for errors inside views, before they become the 500 page."""
        if isinstance(exception, OperationalError | InterfaceError):
            return self.away(request, exception)
        return None

    def away(self, request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("database away: %s", type(error).__name__)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "30"
        return response


class PrivatePagesMiddleware:
    """Pages for a signed-in person are kept by no cache, and no link passes their address on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.method != "GET":
            response["Cache-Control"] = "no-store, private"
        return response


class HtmxRedirectMiddleware:
    """A redirect that answers htmx, such as to the sign-in when the session has ended, loads that page as a whole.

    The browser follows a plain redirect by itself, and the page it leads to would be put in the place of a list.
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
    """Every row written during a request carries who asked and where."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        person = request.user if request.user.is_authenticated else None
        with audit.context(by=person, channel="page", url=request.path):
            return self.get_response(request)
