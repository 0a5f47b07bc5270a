"""What Sentry gets when a page breaks: what broke and where, and nothing of a person."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest

from sscportal.settings.base import BASE_DIR

# A page breaks in a process of its own, because Sentry's client changes the process that it is started in.
BREAK = """
import django
django.setup()
import sentry_sdk
from django.conf import settings
from django.test import Client
settings.ROOT_URLCONF = "tests.core.broken_urls"
if {careless}:
    sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=True)
client = Client(raise_request_exception=False, SERVER_NAME="localhost", headers={{"cookie": "session=a-cookie"}})
answer = client.post("/breaks/?q=a-search", {{"text": "a-private-text"}}, REMOTE_ADDR="203.0.113.9")
assert answer.status_code == 500
from core import errors_reported
errors_reported.report("mail-late", "4 mails are waiting.")
sentry_sdk.flush()
print(answer["X-Request-ID"])
"""
PERSONAL = ["a.person@example.org", "a-private-text", "a-search", "a-cookie", "203.0.113.9"]


@pytest.fixture
def sentry() -> Iterator[tuple[str, list[str]]]:
    """A server in the place of Sentry: its address and the texts that arrived."""
    arrived: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(
                self.headers["Content-Encoding"], bytes
            )
            arrived.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """The test's output stays free of its lines."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", arrived
    server.shutdown()
    server.server_close()


def broken(dsn: str, *, careless: bool) -> str:
    env = {**os.environ, "SENTRY_DSN": dsn, "DJANGO_SETTINGS_MODULE": "sscportal.settings.test"}
    argv = [sys.executable, "-c", BREAK.format(careless=careless)]
    done = subprocess.run(argv, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.process
def test_a_broken_page_is_reported_without_anything_of_a_person(sentry):
    dsn, arrived = sentry
    number = broken(dsn, careless=False)
    events = [json.loads(line) for text in arrived for line in text.splitlines() if '"event_id"' in line]
    events = [event for event in events if "exception" in event]
    errors = [event for event in events if event["exception"]["values"]]
    (error,) = errors
    assert error["exception"]["values"][0]["type"] == "ValueError"
    assert error["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "breaks"
    assert error["tags"]["request"] == number
    assert [event["message"] for event in events if event["tags"].get("alarm") == "mail-late"] == [
        "4 mails are waiting."
    ]
    assert [word for word in PERSONAL if any(word in text for text in arrived)] == []


@pytest.mark.process
def test_the_same_page_would_tell_of_a_person_with_other_settings(sentry):
    """The control: there is something to leave out."""
    dsn, arrived = sentry
    broken(dsn, careless=True)
    told = [word for word in PERSONAL if any(word in text for text in arrived)]
    assert {"a.person@example.org", "a-private-text", "a-search"} <= set(told)


@pytest.mark.process
def test_sentry_without_its_package_is_refused_in_a_sentence():
    script = "import sys; sys.modules['sentry_sdk'] = None; import django; django.setup()"
    env = {**os.environ, "SENTRY_DSN": "http://key@127.0.0.1:9/1"}
    argv = [sys.executable, "-c", script]
    done = subprocess.run(argv, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "SENTRY_DSN is set, but sentry-sdk is missing: install requirements/sentry.txt." in done.stderr
