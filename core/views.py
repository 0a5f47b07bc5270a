"""Pages that belong to no domain: health, privacy, accessibility, guidance, the sheet of components, error pages."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import components


@login_not_required
@transaction.non_atomic_requests
def health(request: HttpRequest) -> JsonResponse:
    """Whether database and Redis answer. 503 without the database; without Redis the portal still works."""
    state = {"database": True, "redis": True}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        state["database"] = False
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        state["redis"] = False
    return JsonResponse(state, status=200 if state["database"] else 503)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the portal does for people who use it in different ways, and what it does not do yet."""
    return render(request, "core/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Which personal data the portal keeps, who sees it, and for how long."""
    return render(request, "core/privacy.html")


@login_not_required
@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """What the portal asks of whom, and when; from the Guidelines for SSC leaders 2021-2025."""
    return render(request, "core/guidance.html")


@login_not_required
@require_safe
def component_sheet(request: HttpRequest) -> HttpResponse:
    """Every part the pages are made of, in its states. For builders, so only where the demo runs."""
    if not settings.DEMO_MODE:
        raise Http404
    context = {
        "parts": components.examples(),
        "segments": [("k1", 138, "Done"), ("k2", 41, "In hand"), ("k3", 20, "Not yet"), ("k4", 15, "Left")],
        "bars": [("Africa", 18, "18%", 34), ("West Europe", 19, "19%", 5)],
        **components.sample_forms(),
    }
    return render(request, "core/components.html", context)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent could not be read. Rendered without context: the request may be what is broken."""
    return render(None, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person may know of the thing, but not do this."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing at this address, or nothing for this person."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Rendered without context, so that it never fails itself."""
    return render(None, "500.html", status=500)
