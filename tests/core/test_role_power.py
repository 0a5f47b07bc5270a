"""Roles that could pass by the database's rules are recognised, and production does not start with one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from core.pg import base, roles


def address(user: str) -> dict:
    """The settings of a connection as another role. Embedded servers trust everybody on their socket."""
    given = environ.Env.db_url_config(
        os.environ.get("SSC_TEST_SUPERUSER_URL") or os.environ["SSC_DATABASE_OWNER_URL"]
    )
    return {**connection.settings_dict, "USER": user, "PASSWORD": given["PASSWORD"]}


def connected_as(user: str) -> base.DatabaseWrapper:
    """A connection to the test database as another role."""
    return base.DatabaseWrapper({**address(user), "ATOMIC_REQUESTS": False}, alias="powerful")


@pytest.fixture
def superuser(db) -> Iterator[base.DatabaseWrapper]:
    found = connected_as("postgres")
    yield found
    found.close()


def test_a_superuser_is_recognised(superuser):
    assert "postgres is a superuser of the database" in str(roles.power_of(superuser))


@pytest.mark.parametrize(
    ("make", "power"),
    [
        ("ALTER ROLE ssc_tried BYPASSRLS", "passes by row level security"),
        ("GRANT ssc_owner TO ssc_tried", "owns tables"),
        ("GRANT ssc_app TO ssc_tried", None),
    ],
)
def test_a_role_with_a_power_of_its_own_or_by_membership_is_recognised(superuser, make, power):
    with superuser.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("CREATE ROLE ssc_tried NOSUPERUSER NOBYPASSRLS")
        cursor.execute(make)
        cursor.execute("SET SESSION AUTHORIZATION ssc_tried")
        found = roles.power_of(superuser)
        cursor.execute("ROLLBACK")
        cursor.execute("RESET SESSION AUTHORIZATION")
    assert (power in str(found)) if power else (found is None), found


def test_production_refuses_a_powerful_role_in_one_sentence(superuser, settings, monkeypatch, capsys):
    settings.REFUSE_POWERFUL_ROLE = True
    monkeypatch.setattr(roles, "connection", superuser)
    with pytest.raises(SystemExit) as ended:
        roles.refuse_power()
    assert ended.value.code == roles.BOOT_ERROR
    assert capsys.readouterr().err == (
        "The portal does not start. The database role postgres is a superuser of the database. "
        "Name the role ssc_app in DATABASE_URL: it owns nothing and the database's rules bind it.\n"
    )


def test_a_database_that_is_away_at_the_start_is_checked_with_the_first_connection(
    superuser, settings, monkeypatch
):
    settings.REFUSE_POWERFUL_ROLE = True
    away = base.DatabaseWrapper({**address("postgres"), "HOST": "/nowhere"}, alias="away")
    monkeypatch.setattr(roles, "connection", away)
    with pytest.raises(OperationalError):  # the control
        roles.power_of(away)
    roles.refuse_power()
    try:
        with pytest.raises(ImproperlyConfigured, match="superuser"):
            superuser.ensure_connection()
    finally:
        connection_created.disconnect(dispatch_uid="core.pg.roles")


def test_the_run_time_role_is_the_one_that_tests_work_as(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.RUNTIME_ROLE,)
