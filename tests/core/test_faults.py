"""When Redis or the database stops, no data is lost and no one gets access that they should not have."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from core.cache import FallbackCache
from core.errors import Conflict, DomainError
from core.pg import base as portal_backend
from devstack.processes import free_port
from tests import factories

TASKS = "/en/tasks/"
PROFILE = "/en/profile/"
NAMES = {"given_name": "Noor", "family_name": "Al-Hashimi", "language": "en", "country": "JO"}


@pytest.fixture
def without_redis(db, settings) -> None:
    """The cache's address leads to a port where nobody listens."""
    settings.CACHES = {
        **django_settings.CACHES,
        "default": {**django_settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"},
    }
    caches["database"].clear()


# ---------------------------------------------------------------- Redis


@pytest.mark.django_db
def test_without_redis_the_cache_table_serves_every_call(without_redis, caplog):
    cache = caches["default"]
    assert isinstance(cache, FallbackCache)
    cache.set("a", 1, 60)
    assert cache.get("a") == 1
    assert cache.add("a", 2, 60) is False
    assert cache.incr("a") == 2
    assert cache.touch("a", 60) is True
    assert "a" in cache
    cache.set_many({"b": 3}, 60)
    assert cache.get_many(["a", "b"]) == {"a": 2, "b": 3}
    assert cache.delete("a") is True
    cache.delete_many(["b"])
    assert cache.get("b") is None
    assert caches["database"].get("b") is None
    assert "Redis did not answer" in caplog.text


@pytest.mark.django_db
def test_with_redis_the_cache_table_stays_empty():
    caches["default"].set("a", 1, 60)
    assert caches["default"].get("a") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache")
        assert cursor.fetchone() == (0,)


def wrong_passwords(client: Client, email: str, times: int) -> list[bool]:
    """Whether each try was told that there were too many."""
    said = []
    for _ in range(times):
        answer = client.post(reverse("account_login"), {"login": email, "password": "not this one at all"})
        assert answer.status_code in (200, 429)
        said.append(answer.status_code == 429 or "Too many" in answer.content.decode())
    return said


def test_sign_in_limits_hold_without_redis(without_redis, client, stranger):
    said = wrong_passwords(client, stranger.email, 7)
    assert said[:5] == [False] * 5
    assert said[5:] == [True] * 2
    right = client.post(reverse("account_login"), {"login": stranger.email, "password": factories.PASSWORD})
    assert "_auth_user_id" not in client.session, right.status_code


def test_sign_in_limits_hold_with_redis_alike(client, stranger):
    assert wrong_passwords(client, stranger.email, 6) == [False] * 5 + [True]


def test_pages_open_and_sign_in_works_without_redis(without_redis, client, stranger):
    assert client.get("/en/").status_code == 200
    answer = client.post(reverse("account_login"), {"login": stranger.email, "password": factories.PASSWORD})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.django_db
def test_health_tells_that_redis_is_away_and_stays_up(client, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": False})


# ---------------------------------------------------------------- The database


def with_dead_database(work: Callable[[], Any]) -> Any:
    """What `work` returns in a thread whose database address leads to a port where nobody listens."""
    kept: list[Any] = []

    def run() -> None:
        address = {"HOST": "127.0.0.1", "PORT": free_port(), "OPTIONS": {"connect_timeout": 2}}
        connections["default"] = portal_backend.DatabaseWrapper({**connection.settings_dict, **address})
        kept.append(work())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert kept, "the page raised instead of answering"
    return kept[0]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/", "/fr/", "/en/tasks/", "/en/account/login/"])
def test_without_the_database_a_page_says_so_and_when_to_come_back(path):
    answer = with_dead_database(lambda: Client(raise_request_exception=False).get(path))
    if (
        path == "/en/tasks/" and answer.status_code == 302
    ):  # nobody is signed in: no question to the database yet
        answer = with_dead_database(lambda: Client(raise_request_exception=False).get(answer["Location"]))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    page = answer.content.decode()
    assert "<h1" in page
    assert "Traceback" not in page
    assert f'<html lang="{path[1:3]}"' in page


@pytest.mark.django_db
def test_without_the_database_health_says_503(client):
    answer = with_dead_database(lambda: Client().get("/health/"))
    assert answer.status_code == 503
    assert answer.json()["database"] is False


@pytest.mark.django_db(transaction=True)
def test_without_the_database_signed_in_people_get_the_same_page_and_the_log_one_line(client, leader, caplog):
    client.force_login(leader)
    client.raise_request_exception = False
    assert client.get(TASKS).status_code == 200
    for ask in (client.get, client.post):
        caplog.clear()
        answer = with_dead_database(partial(ask, TASKS))
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "temporarily unavailable" in answer.content.decode()
        told = [record for record in caplog.records if record.levelname == "ERROR"]
        assert [(record.name, record.exc_info) for record in told] == [("core.faults", None)]
        assert told[0].getMessage() == "database away: OperationalError"


# ---------------------------------------------------------------- Connections that end in the middle of a request


def end_connection() -> None:
    """The server ends this thread's connection, as it does when it stops or fails over."""
    pid = connection.connection.info.backend_pid
    with closing(as_another_session()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def as_another_session() -> Any:
    """A connection of its own to the test database, as the owner."""
    other = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    other.autocommit = True
    return other


class Cut:
    """Ends the connection after the statement with this number; 0 is before the first. `done` says that it did."""

    def __init__(self, after: int) -> None:
        self.after, self.count, self.done = after, 0, False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.count == self.after == 0:
            self._cut()
        self.count += 1
        result = execute(sql, params, many, context)
        if self.count == self.after:
            self._cut()
        return result

    def _cut(self) -> None:
        end_connection()
        self.done = True


def cut_everywhere(ask: Callable[[], Any]) -> Iterator[tuple[int, Any]]:
    """Each answer of the request when its connection ends after its first, second … and last statement."""
    for after in itertools.count():
        cut = Cut(after)
        with connection.execute_wrapper(cut):
            answer = ask()
        connection.close()
        if not cut.done:
            assert answer.status_code < 500  # the control: without a cut the request is served
            assert after > 4
            return
        yield after, answer


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path", "data", "headers"),
    [
        ("get", TASKS, {}, {}),
        ("get", "/fr/g/cat/members/", {}, {"HX-Request": "true", "HX-Target": "list-found"}),
        ("post", PROFILE, NAMES, {}),
        ("post", PROFILE, {**NAMES, "given_name": ""}, {"HX-Request": "true"}),
    ],
)
def test_wherever_the_connection_ends_the_answer_is_503_with_one_line_in_the_log(
    client, leader, caplog, method, path, data, headers
):
    client.force_login(leader)
    client.raise_request_exception = False
    for after, answer in cut_everywhere(lambda: getattr(client, method)(path, data, headers=headers)):
        assert (after, answer.status_code, answer["Retry-After"]) == (after, 503, "30")
        page = answer.content.decode()
        assert f'<html lang="{path[1:3]}"' in page
        assert ("check whether your last change was saved" in page) == (method == "post")
        told = [(record.name, record.exc_info) for record in caplog.records if record.levelname == "ERROR"]
        assert told == [("core.faults", None)], after
        caplog.clear()


@pytest.mark.django_db(transaction=True)
def test_a_post_whose_connection_ends_before_the_commit_changes_nothing(client, leader):
    client.force_login(leader)
    client.raise_request_exception = False
    changed = []
    for _after, answer in cut_everywhere(lambda: client.post(PROFILE, NAMES)):
        leader.refresh_from_db()
        changed.append(leader.given_name == "Noor")
        assert answer.status_code == 503
    # After the commit, the session is saved with the notice. If that fails, the change is done.
    assert changed == [False] * (len(changed) - 1) + [True]


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_lets_people_read_and_says_that_nothing_can_be_saved(client, leader):
    client.force_login(leader)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    try:
        assert client.get(TASKS).status_code == 200
        saved = client.post("/fr/profile/", NAMES)
        sign_in = {"login": leader.email, "password": factories.PASSWORD}
        signed_in = Client(raise_request_exception=False).post("/en/sign-in/", sign_in)
    finally:
        connection.close()
    for answer, words in ((saved, "ne peut rien enregistrer"), (signed_in, "cannot save anything")):
        assert (answer.status_code, answer["Retry-After"]) == (503, "300")
        assert words in answer.content.decode()
    assert client.post(PROFILE, NAMES).status_code == 302


@pytest.mark.django_db
def test_a_bug_is_still_the_500_page_with_a_traceback_in_the_log(client, caplog, monkeypatch):
    def broken(request):
        raise ZeroDivisionError

    monkeypatch.setattr("core.middleware.audit.context", broken)
    client.raise_request_exception = False
    answer = client.post(reverse("account_login"), {})
    assert answer.status_code == 500
    assert any(record.exc_info for record in caplog.records if record.levelname == "ERROR")


# ---------------------------------------------------------------- Errors of the domain


def test_a_domain_error_carries_a_sentence_a_code_and_a_status():
    error = DomainError("Choose a later day.", code="past", status=400)
    assert (str(error), error.code, error.status) == ("Choose a later day.", "past", 400)
    assert (DomainError("No.").code, DomainError("No.").status) == ("refused", 409)


def test_a_conflict_keeps_both_texts():
    error = Conflict("Somebody saved first.", theirs={"text": "A"}, yours={"text": "B"})
    assert (error.theirs, error.yours, error.code) == ({"text": "A"}, {"text": "B"}, "conflict")
