"""The cache keeps values as they are, pickles nothing, and does not wait again and again for a Redis that is away."""

from __future__ import annotations

import pickle
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.db import connection

from core import tasks
from core.cache import LONGEST_IN_TABLE, FallbackCache
from core.mail import tasks as mail_tasks
from devstack.processes import free_port
from devstack.services import valkey_program

pytestmark = pytest.mark.django_db
VALUES = [
    0,
    1,
    -7,
    10**30,
    1.5,
    True,
    False,
    "",
    "é\x00",
    b"",
    b"\x80\x04%PDF",
    [1, [2.5, "x"]],
    {"a": [True, None]},
]


@pytest.fixture(params=["default", "database"])
def place(request) -> str:
    return request.param


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(place, value):
    caches[place].set("kept", value, 60)
    found = caches[place].get("kept")
    assert (found, type(found)) == (value, type(value))
    assert caches[place].get_many(["kept", "missing"]) == {"kept": value}


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}, {"a": (1,)}, float("nan"), {1, 2}, 1j], ids=repr)
def test_a_value_that_json_would_change_is_refused(place, value):
    with pytest.raises((TypeError, ValueError)):
        caches[place].set("kept", value, 60)


class Planted:
    """Unpickling it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_planted_pickle_counts_as_missing_and_runs_nothing(tmp_path, caplog):
    mark = tmp_path / "ran"
    planted = pickle.dumps(Planted(mark))
    pickle.loads(planted)  # noqa: S301 - the control: a cache that unpickles runs it
    assert mark.exists()
    mark.unlink()

    client = cache._cache.get_client(write=True)  # type: ignore[attr-defined] # Django's Redis cache has it
    for damaged in (planted, b"jnot json", b"\x00"):
        client.set(cache.make_key("planted"), damaged)
        assert cache.get_many(["planted"]) == {}
        client.set(cache.make_key("planted"), damaged)
        assert cache.get("planted", "nothing") == "nothing"
        assert cache.add("planted", 1, 60) is True
        assert cache.get("planted") == 1
        cache.delete("planted")
    assert not mark.exists()
    assert "unknown origin" in caplog.text


def test_a_pickle_planted_in_the_table_counts_as_missing(tmp_path):
    mark, table = tmp_path / "ran", caches["database"]
    with connection.cursor() as cursor:
        for written in (pickle.dumps(Planted(mark)).hex(), "gASVBQAAAAAAAABLAS4=", "é"):
            cursor.execute(
                "INSERT INTO core_cache VALUES (%s, %s, now() + interval '1 hour')"
                " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value",
                [table.make_key("planted"), written],
            )
            assert table.get("planted", "nothing") == "nothing"
    assert not mark.exists()


def test_the_table_forgets_at_its_time_and_keeps_no_large_value():
    table = caches["database"]
    table.set("short", 1, 0.2)
    table.set("long", 1, None)
    table.set("large", bytes(LONGEST_IN_TABLE), 60)
    assert (table.get("short"), table.get("long"), table.get("large")) == (1, 1, None)
    assert table.add("short", 2, 60) is False
    time.sleep(0.25)
    assert table.get("short") is None
    assert table.touch("short", 60) is False
    tasks.forget_expired_cache()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM core_cache")
        assert cursor.fetchall() == [(table.make_key("long"),)]
    assert table.add("short", 2, 60) is True


# ---------------------------------------------------------------- A Redis that is away or hangs


@pytest.fixture
def hung_redis(tmp_path) -> Iterator[str]:
    """The address of a Redis that accepts connections and answers nothing."""
    port = free_port()
    argv = [
        valkey_program(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        while True:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        process.send_signal(signal.SIGSTOP)
        yield f"redis://127.0.0.1:{port}/0"
        process.kill()


@pytest.fixture(params=["gone", "hung"])
def address(request) -> str:
    """An address where nobody listens, and one of a Redis that hangs."""
    if request.param == "hung":
        return request.getfixturevalue("hung_redis")
    return f"redis://127.0.0.1:{free_port()}/0"


def test_a_request_waits_at_most_once_for_a_cache_that_is_away(address, settings, caplog):
    settings.CACHES = {
        **django_settings.CACHES,
        "default": {**django_settings.CACHES["default"], "LOCATION": address},
    }
    away = caches["default"]
    assert isinstance(away, FallbackCache)
    began = time.monotonic()
    for number in range(20):
        away.set("counter", number, 60)
        assert away.get("counter") == number
    assert time.monotonic() - began < 1.5
    assert caplog.text.count("Redis did not answer") == 1


def test_waking_the_worker_takes_at_most_half_a_second_and_is_not_tried_again_at_once(
    address, monkeypatch, caplog
):
    monkeypatch.setattr(mail_tasks, "_paused_until", 0.0)
    monkeypatch.setattr(mail_tasks.current_app.conf, "broker_write_url", address)
    began = time.monotonic()
    mail_tasks._wake()
    first = time.monotonic() - began
    for _ in range(5):
        mail_tasks._wake()
    assert first < 0.5
    assert time.monotonic() - began - first < 0.05
    assert caplog.text.count("broker away") == 1


def test_waking_the_worker_queues_one_job(monkeypatch):
    monkeypatch.setattr(mail_tasks, "_paused_until", 0.0)
    with mail_tasks.current_app.connection_for_write() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()
        mail_tasks._wake()
        message = queue.get(timeout=2)
        message.ack()
    assert message.headers["task"] == "core.mail.tasks.send_waiting_mail"
