"""Logs with one line for each event. Line ends and control characters are escaped, so no text can fake a line."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from core import request_id

# Parts of addresses that come before a secret. A person who has such an address can act without an account.
# A test fails when a route of the URLconf has a secret and is not named here.
SECRET_PATHS = ("invitation",)
_SECRET = re.compile(rf"((?:/|%2F)(?:{'|'.join(SECRET_PATHS)})(?:/|%2F))[\w~=-]+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a path, or a text with paths in it, with "…" in place of the secrets in it."""
    return _SECRET.sub(r"\1…", text)


def client_address(environ: Mapping[str, str], trusted_proxies: int) -> str:
    """Return the network address of the client of a WSGI request.

    Each of the trusted proxies in front adds the address it saw to X-Forwarded-For. Addresses before these may be
    invented by the client and are not used.
    """
    seen = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if 0 < trusted_proxies <= len(seen):
        return seen[-trusted_proxies]
    return environ.get("REMOTE_ADDR") or "-"


class LineFormatter(logging.Formatter):
    """Formats a record as a JSON object on one line: time in UTC, level, logger, message, traceback without values.

    Secrets in paths are left out, also in messages of Django and other libraries. `request` is the number of the
    request or of the task. A record's `fields` (logger.info(…, extra={"fields": …})) become parts of the object.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if number := request_id.current():
            line["request"] = number
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
