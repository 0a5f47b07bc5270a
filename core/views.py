"""Pages that belong to no other app: health, privacy, accessibility, guidance, sheet of components, error pages."""

import secrets
import sys
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core import clock, components, faults, form_keys, kept
from core import health as condition
from core import metrics as figures
from core.context_processors import language_choices
from core.models import KeptReason


@login_not_required
@transaction.non_atomic_requests
def health(request: HttpRequest) -> JsonResponse:
    """Say as JSON whether database and Redis answer. The status is 503 without the database.

    Without Redis it is 200, because the portal still works.
    """
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
@transaction.non_atomic_requests
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Say that this process answers. It asks no other service, so a slow database restarts no web process."""
    return JsonResponse({"live": True})


@login_not_required
@transaction.non_atomic_requests
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Say as JSON whether pages can be served, and how jobs and mail are doing. 503 without the database."""
    state = condition.state()
    found = {"problems": [problem.kind for problem in condition.problems(state)]}
    return JsonResponse(state.as_json() | found, status=200 if state.database else 503)


@login_not_required
@transaction.non_atomic_requests
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its figures. The answer is 401 without the token of the settings (SSC_METRICS_TOKEN)."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.METRICS_TOKEN
    if not wanted or not secrets.compare_digest(shown.encode(), wanted.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(figures.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show what the portal does for people with different abilities and devices, and what it does not do yet."""
    return render(request, "core/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show which personal data the portal keeps, who can see the data, and for how long."""
    return render(request, "core/privacy.html")


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a weakness of the portal (RFC 9116). Raises Http404 when no contact is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = clock.now().replace(microsecond=0) + timedelta(days=180)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: en, fr, es",
        f"Canonical: {settings.BASE_URL}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """Show what people have to do, and when (Guidelines for SSC leaders 2021-2025)."""
    return render(request, "core/guidance.html")


@login_not_required
@require_safe
def component_sheet(request: HttpRequest) -> HttpResponse:
    """Show every component in its states. The page is for developers, so it exists only in demo mode.

    Raises Http404 otherwise.
    """
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
    """Show the 400 page. It is rendered without context, because the request may be broken.

    Django also calls this when it cannot save the session. When the database is the reason, this is the 503 page.
    """
    fault = faults.fault_behind(exception)
    if fault:
        return faults.away(request, exception, fault)
    return render(None, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the 403 page: the person may know that the object exists, but may not do this. A typed text is shown."""
    return render(request, "403.html", kept.closed(request), status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed CSRF check: the form is from another session, cookies are blocked, or another site sent it.

    A form that the portal gave to this person is shown again with what the person entered. Nothing is carried out.
    """
    key = form_keys.key_of(request)
    if key and key.person and not request.user.is_authenticated:
        return kept.sign_in_page(request)
    row = kept.keep(request, KeptReason.NOT_CHECKED)
    if row is not None and row.person_id == request.user.pk:
        return redirect(kept.form_page(request))
    return render(request, "403_csrf.html", {"kept": row}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the 404 page: the address does not exist, or this person may not know of it. A typed text is shown."""
    # The page does not repeat the address, which may contain anything. Its links lead to the start in each language.
    context = {"languages": language_choices(lambda code: f"/{code}/"), **kept.closed(request)}
    return render(request, "404.html", context, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show the 500 page after a bug, or the 503 page when the database does not serve the request.

    Django calls this inside the handling of the exception, also for exceptions of middleware and of a commit. The 500
    page asks neither the database nor the session, so that the page itself cannot fail. A form that was posted can be
    sent again.
    """
    error = sys.exc_info()[1]
    fault = faults.fault_of(error)
    if error and fault:
        return faults.away(request, error, fault)
    return render(None, "500.html", kept.again(request), status=500)
