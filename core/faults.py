"""Faults of the database: which exceptions mean that the portal cannot serve a request now, and the page for them.

Django turns an exception of a middleware into a response before the next middleware outside sees it. So the portal
answers in two places: `ServiceFaultMiddleware` for views, and the view of the 500 page for everything else.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.log import log_response
from django.utils.translation import gettext_lazy as _

from core import kept

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """Why a request cannot be served now. The page says `heading` and `what`. `wait` is in seconds."""

    name: str
    wait: int
    heading: Promise
    what: Promise


AWAY = Fault(
    name="away",
    wait=30,
    heading=_("The portal is temporarily unavailable"),
    what=_("The portal cannot reach its data at the moment. What you saved earlier is safe."),
)
BUSY = Fault(
    name="busy",
    wait=10,
    heading=_("The portal is busy"),
    what=_("Your request took too long, so the portal stopped it. What you saved earlier is safe."),
)
READ_ONLY = Fault(
    name="read-only",
    wait=300,
    heading=_("The portal cannot save anything at the moment"),
    what=_(
        "You can open pages, but you cannot sign in or save until this work on the portal has ended. "
        "What you saved earlier is safe."
    ),
)

# SQLSTATE codes (PostgreSQL documentation, appendix A).
_BUSY_CODES = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "53300",  # too_many_connections
        "55P03",  # lock_not_available: lock_timeout
        "57014",  # query_canceled: statement_timeout
    }
)
_READ_ONLY_CODE = "25006"  # read_only_sql_transaction


def fault_of(error: BaseException | None) -> Fault | None:
    """Return the fault that the exception means, or None when the exception is a bug."""
    if not isinstance(error, DatabaseError):
        return None
    code = getattr(error.__cause__, "pgcode", None)
    if code == _READ_ONLY_CODE:
        return READ_ONLY
    if code in _BUSY_CODES:
        return BUSY
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def fault_behind(error: BaseException | None) -> Fault | None:
    """Return the fault of the database that led to this exception, such as to Django's `SessionInterrupted`."""
    while error is not None:
        if fault := fault_of(error):
            return fault
        error = error.__cause__ or error.__context__
    return None


def away(request: HttpRequest, error: BaseException, fault: Fault) -> HttpResponse:
    """Return the 503 page in the reader's language, and write one line into the log.

    The page asks no question to the database. When a second layer fails in the same request, for example because it
    saves the session, it gives the first layer's answer again and the log gets no second line.
    """
    given: HttpResponse | None = getattr(request, "fault_answer", None)
    if given is not None:
        return given
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        context = {"fault": fault, "posted": request.method == "POST", **kept.again(request)}
        response = render(None, "503.html", context, status=503)
    response["Retry-After"] = str(fault.wait)
    response["Cache-Control"] = "no-store"
    # Django's own function marks the response, so that Django does not log the response again with a traceback.
    log_response(
        "database %s: %s",
        fault.name,
        type(error.__cause__ or error).__name__,
        response=response,
        request=request,
        logger=logger,
        level="error",
    )
    request.fault_answer = response  # type: ignore[attr-defined] # read above
    return response
