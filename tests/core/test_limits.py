"""A lock, a long statement or an idle transaction holds a page up for a short time only, and jobs for longer."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from core import faults
from core.pg import limits
from core.pg.limits import Limits

pytestmark = pytest.mark.django_db(transaction=True)
QUICK = Limits(statement=0.4, lock=0.3, idle_in_transaction=0.3)
NAMES = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture
def quick(settings) -> None:
    """Pages with limits that a test can wait for. Jobs keep theirs."""
    settings.DATABASE_LIMITS = {**settings.DATABASE_LIMITS, "pages": QUICK}


@contextmanager
def locked(table: str) -> Any:
    """Another session, such as a migration, locks the whole table."""
    with closing(psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})) as other:
        other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def in_force() -> list[str]:
    """The limits of this session, as the database sees them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {','.join(f'current_setting({name!r})' for name in NAMES)}")
        return list(cursor.fetchone())


def test_pages_jobs_and_migrations_have_limits_of_their_own_and_nothing_stays_on_the_connection(settings):
    settings.DATABASE_LIMITS = {**settings.DATABASE_LIMITS, "pages": Limits(10, 3, 60)}
    assert in_force() == ["0", "0", "0"]
    with limits.of_pages():
        assert in_force() == ["10s", "3s", "1min"]  # outside of every transaction
        with transaction.atomic():
            assert in_force() == ["10s", "3s", "1min"]
            with transaction.atomic():
                pass
            assert in_force() == ["10s", "3s", "1min"]
    with transaction.atomic():
        assert in_force() == ["4min", "30s", "4min"]
    settings.AS_OWNER = True
    with transaction.atomic():
        assert in_force() == ["0", "2s", "0"]
    assert in_force() == ["0", "0", "0"]


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ("django_session", "/en/tasks/"),
        ("accounts_user", "/en/tasks/"),
        ("groups_appointment", "/en/tasks/"),
        ("groups_group", "/en/"),
    ],
)
def test_a_page_behind_a_locked_table_says_soon_that_the_portal_is_busy(quick, client, leader, table, path):
    client.force_login(leader)
    client.raise_request_exception = False
    began = time.monotonic()
    with locked(table):
        answer = client.get(path)
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "The portal is busy" in answer.content.decode()
    assert client.get(path).status_code == 200


def test_a_page_of_plain_text_asks_no_table_that_can_be_locked(quick, client):
    with locked("groups_group"):
        assert client.get("/en/accessibility/").status_code == 200
        assert client.get("/health/").status_code == 200


def page_that_pauses(statement: str) -> None:
    """Run the statement, do nothing for a while, and go on."""
    with limits.of_pages(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        time.sleep(0.8)
        cursor.execute("SELECT 2")


@pytest.mark.parametrize(
    ("statement", "fault"), [("SELECT pg_sleep(3)", faults.BUSY), ("SELECT 1", faults.AWAY)]
)
def test_a_long_statement_is_stopped_and_an_idle_transaction_loses_its_connection(quick, statement, fault):
    began = time.monotonic()
    with pytest.raises(DatabaseError) as stopped:
        page_that_pauses(statement)
    connection.close()
    assert faults.fault_of(stopped.value) == fault
    assert time.monotonic() - began < 2.5


def test_a_job_may_run_a_statement_that_is_too_long_for_a_page(quick):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.6)")
