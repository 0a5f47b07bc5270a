"""Each answer leaves one line in the access log, with a number that the error page shows."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.test import Client

from core import request_id
from core.logs import LineFormatter
from sscportal import celery
from tests.core.test_faults import with_dead_database

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$")


@pytest.fixture
def lines():
    """The lines of all loggers, formatted as in production."""
    written: list[dict] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(LineFormatter().format(record)))

    handler = Keeping()
    loggers = [logging.getLogger(name) for name in ("access", "django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


def test_an_answer_leaves_one_line_without_query_and_secret(client, lines):
    answer = client.get("/en/invitation/a-secret-that-opens/?q=what+a+person+sought")
    (line,) = [line for line in lines if line["logger"] == "access"]
    assert {name: line[name] for name in ("method", "path", "view", "status")} == {
        "method": "GET",
        "path": "/en/invitation/…/",
        "view": "members:invitation",
        "status": answer.status_code,
    }
    assert line["request"] == answer["X-Request-ID"]
    assert NUMBER.match(line["request"])
    assert line["ms"] >= 0
    assert "sought" not in json.dumps(line)


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7"), (3, "127.0.0.1")]
)
def test_the_line_names_the_client_as_the_trusted_proxies_saw_it(client, lines, settings, proxies, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    client.get("/en/privacy/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert lines[-1]["address"] == address


def test_two_requests_have_different_numbers_and_none_remains(client):
    assert client.get("/health/live")["X-Request-ID"] != client.get("/health/live")["X-Request-ID"]
    assert request_id.current() == ""


def test_an_error_page_shows_the_number_that_the_log_has(settings, lines):
    settings.ROOT_URLCONF = "tests.core.broken_urls"
    answer = Client(raise_request_exception=False).get("/breaks/")
    assert answer.status_code == 500
    assert f"give this number: <strong>{answer['X-Request-ID']}</strong>" in answer.content.decode()
    broken = next(line for line in lines if line["logger"] == "django.request")
    assert broken["request"] == answer["X-Request-ID"]
    assert "ValueError" in broken["error"]


def test_the_pages_of_other_faults_show_the_number_too(client):
    away = with_dead_database(lambda: Client(raise_request_exception=False).get("/en/"))
    refused = Client(enforce_csrf_checks=True).post("/en/sign-in/")
    for answer, status in ((away, 503), (refused, 403)):
        assert answer.status_code == status
        assert answer["X-Request-ID"] in answer.content.decode()
    # The page for an address that does not exist is the same for everything that a person may not know of.
    assert client.get("/en/nothing/")["X-Request-ID"] not in client.get("/en/nothing/").content.decode()


def test_a_task_runs_under_the_number_of_the_request_that_asked_for_it():
    seen: dict[str, str] = {}
    with request_id.numbered("7F3K-9QX2"):
        celery.pass_number_on(headers=seen)
    request = type("Request", (), seen)()
    with request_id.numbered(""):
        celery.take_number(task=type("Task", (), {"request": request})())
        assert request_id.current() == "7F3K-9QX2"
        celery.take_number(task=type("Task", (), {"request": object()})())
        assert NUMBER.match(request_id.current())
