"""Log lines: one for each event, without secrets of paths, and with the client's own address."""

from __future__ import annotations

import json
import logging
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config

from core.logs import LineFormatter, client_address, without_secrets

ROOT = Path(__file__).resolve().parents[2]
LINK = "/en/invitation/s3cret_of-a-link/"


def record(message: str, *args: Any, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, None) if error else None
    return logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, args, exc_info)


def test_a_line_of_django_names_the_path_without_its_secret():
    line = json.loads(LineFormatter().format(record("Not Found: %s", LINK)))
    assert line["message"] == "Not Found: /en/invitation/…/"


def test_a_traceback_names_the_path_without_its_secret():
    line = LineFormatter().format(record("failed", error=ValueError(f"no page at {LINK}accept/")))
    assert "no page at /en/invitation/…/accept/" in line


def test_the_control_that_a_plain_formatter_prints_the_secret():
    assert "s3cret" in logging.Formatter().format(record("Not Found: %s", LINK))


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("", 0, "192.0.2.1"),
        (
            "203.0.113.9",
            0,
            "192.0.2.1",
        ),  # nobody in front is trusted, so the header is the client's own invention
        ("203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9, 192.0.2.2", 2, "203.0.113.9"),
        ("203.0.113.9", 2, "192.0.2.1"),  # came past one of the two proxies
    ],
)
def test_the_client_address_is_the_one_that_the_trusted_proxies_saw(forwarded, proxies, address):
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(environ, proxies) == address


def test_an_error_of_the_web_server_is_logged_without_the_secret(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    settings = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    assert settings["accesslog"] is None  # core.access_log writes the access log
    logger = settings["logger_class"](Config())
    lines: list[str] = []
    monkeypatch.setattr(logger.error_log, "exception", lambda form, *args, **_: lines.append(form % args))
    logger.exception("Error handling request %s", LINK)
    assert lines == ["Error handling request /en/invitation/…/"]


def test_text_around_a_path_stays():
    text = f"Forbidden (Origin checking failed): {LINK}accept/ and /en/tasks/"
    assert (
        without_secrets(text) == "Forbidden (Origin checking failed): /en/invitation/…/accept/ and /en/tasks/"
    )
