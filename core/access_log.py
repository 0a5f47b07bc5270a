"""The access log: one line for each answer, with the request's number. The same middleware counts for the metrics."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import alarms, metrics, request_id
from core.logs import client_address, without_secrets
from core.middleware import Handler

logger = logging.getLogger("access")


class AccessLogMiddleware:
    """Give the request a number, and write one line about its answer. It is the outermost middleware.

    The line has no query, because a query may contain what a person searched for, and no secret of the path.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_id.numbered(request_id.new()):
            began = time.monotonic()
            response = self.get_response(request)
            self.note(request, response, time.monotonic() - began)
            response["X-Request-ID"] = request_id.current()
        return response

    def note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Write the line, and count the answer."""
        match = request.resolver_match
        view = match.view_name if match else "none"
        fields = {
            "method": request.method,
            "path": without_secrets(request.path),
            "view": view,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "address": client_address(request.META, settings.ALLAUTH_TRUSTED_PROXY_COUNT),
        }
        logger.info("answered", extra={"fields": fields})
        metrics.count_answer(
            view=view, method=request.method or "", status=response.status_code, seconds=seconds
        )
        if response.status_code == 500:
            alarms.note_error()
