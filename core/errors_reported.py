"""Errors reported to Sentry, when SENTRY_DSN is set: what broke and where, without the data of any person.

`sentry-sdk` is optional (requirements/sentry.txt). An event keeps only the parts that `stripped` names. Messages of
exceptions are left out, because they contain values, such as an address that exists already.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from core import request_id
from core.logs import without_secrets

try:
    import sentry_sdk
except ImportError:  # optional: without it SENTRY_DSN is refused
    sentry_sdk = None  # type: ignore[assignment]

KEPT = {
    "event_id",
    "timestamp",
    "level",
    "logger",
    "platform",
    "release",
    "environment",
    "sdk",
    "fingerprint",
}
FRAME = {"filename", "function", "module", "lineno", "in_app"}
OURS = "alarm"


def start(dsn: str, release: str) -> None:
    """Report errors from now on. Raises ImproperlyConfigured when the package is not installed."""
    if sentry_sdk is None:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but sentry-sdk is missing: install requirements/sentry.txt."
        )
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        before_send=stripped,  # type: ignore[arg-type] # its type of events is private
    )


def report(kind: str, sentence: str) -> None:
    """Report a problem of the portal as an event of its own. The sentence is ours and names no person."""
    with sentry_sdk.new_scope() as scope:
        scope.set_tag(OURS, kind)
        scope.fingerprint = [OURS, kind]
        sentry_sdk.capture_message(sentence, level="error")


def stripped(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of an event that contain no data of a person, with the request's number."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    kept["transaction"] = without_secrets(event.get("transaction") or "")
    kept["tags"] = {"request": request_id.current()}
    if kind := (event.get("tags") or {}).get(OURS):
        kept["tags"][OURS] = kind
        kept["message"] = event.get("message")
    kept["exception"] = {"values": [_where(one) for one in (event.get("exception") or {}).get("values", [])]}
    return kept


def _where(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames", [])
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{key: frame[key] for key in FRAME & frame.keys()} for frame in frames]},
    }
