"""Check whether a process of the portal works. Container engines run this.

    python -m deploy.healthcheck web              the web server answers
    python -m deploy.healthcheck ready            the web server can serve pages: the database answers too
    python -m deploy.healthcheck worker           the worker on this host answers
    python -m deploy.healthcheck beat FOLDER      beat wrote its schedule not long ago

The exit status is 0 when the process works. Otherwise it is 1, and a sentence on standard error says what is wrong.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BEAT_SILENT_FOR = 600  # seconds; beat saves its schedule at least every three minutes


def web(path: str = "/health/live") -> str:
    """Return what is wrong with the web server, or an empty string.

    The default path asks no other service, so a slow database restarts no web process.
    """
    port = os.environ.get("SSC_WEB_BIND", ":8000").rpartition(":")[2]
    host = os.environ.get("SSC_ALLOWED_HOSTS", "localhost").split(",")[0]
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310 - our own address
            return "" if answer.status == 200 else f"The web server answers with {answer.status}."
    except (urllib.error.URLError, OSError) as error:
        return f"The web server does not answer: {error}."


def worker() -> str:
    """Return what is wrong with the worker on this host, or an empty string."""
    from sscportal.celery import app  # noqa: PLC0415 - the other checks need neither Celery nor settings

    name = f"celery@{socket.gethostname()}"
    answers = app.control.ping(destination=[name], timeout=8)
    return "" if answers else f"The worker {name} does not answer."


def beat(folder: Path) -> str:
    """Return what is wrong with beat, or an empty string."""
    times = [path.stat().st_mtime for path in folder.glob("*")]
    if times and time.time() - max(times) < BEAT_SILENT_FOR:
        return ""
    return f"Beat has not written to {folder} for ten minutes."


def main(argv: list[str]) -> int:
    """Check the process named on the command line. Return the exit status."""
    match argv:
        case ["web"]:
            problem = web()
        case ["ready"]:
            problem = web("/health/ready")
        case ["worker"]:
            problem = worker()
        case ["beat", folder]:
            problem = beat(Path(folder))
        case _:
            problem = "Use: python -m deploy.healthcheck web | ready | worker | beat FOLDER"
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
