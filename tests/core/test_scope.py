"""Tenancy without pages: the ORM refuses, the database refuses, and every statement names its scope."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, scope
from tests.pg.owner import as_owner


def scope_in_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.scope', true)")
        return cursor.fetchone()[0] or ""


@pytest.mark.django_db
def test_the_suite_works_as_the_role_that_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
        )
        assert cursor.fetchone() == ("ssc_app", 0)
    assert clock.today()


class Undone(Exception):
    """Rolls a savepoint back."""


# What may lie inside what: a scope, a savepoint that stays, one that is rolled back, one that the database broke.
steps = st.recursive(
    st.just(()),
    lambda inner: st.lists(
        st.tuples(st.sampled_from(["7", "8", "read", "stays", "undone", "broken"]), inner), max_size=3
    ).map(tuple),
    max_leaves=8,
)


def walk(tree, seen):
    """Do the steps, and look at every corner whether the database holds the scope that holds here."""
    seen.append((scope.current.get(), scope_in_database()))
    for kind, inside in tree:
        if kind in ("7", "8"):
            with scope.group_scope(int(kind)):
                walk(inside, seen)
        elif kind == "read":
            with scope.read_everywhere("checks"):
                walk(inside, seen)
        else:
            try:
                with transaction.atomic():
                    walk(inside, seen)
                    if kind == "undone":
                        raise Undone
                    if kind == "broken":
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT 1/0")
            except (Undone, DatabaseError):
                pass  # the way out of the block is what is tried here
        seen.append((scope.current.get(), scope_in_database()))


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps)
def test_the_database_holds_the_scope_of_the_moment_whatever_was_opened_closed_or_rolled_back(tree):
    seen: list[tuple[str, str]] = []
    walk(tree, seen)
    assert all(here == there for here, there in seen), seen


@pytest.mark.django_db(transaction=True)
def test_a_statement_outside_every_transaction_has_its_scope_and_leaves_none():
    with scope.group_scope(7):
        assert scope_in_database() == "7"
    assert scope_in_database() == ""
    with connection.cursor() as cursor:  # what the session itself keeps
        cursor.execute("SELECT current_setting('app.scope', true)")
        assert not cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_statement_for_many_rows_has_its_scope():
    # Only the owner may make a temporary table.
    with scope.group_scope(7), transaction.atomic(), as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE seen (n int, scope text) ON COMMIT DROP")
        cursor.executemany("INSERT INTO seen VALUES (%s, current_setting('app.scope'))", [(1,), (2,)])
        cursor.execute("SELECT n, scope FROM seen ORDER BY n")
        assert cursor.fetchall() == [(1, "7"), (2, "7")]


def test_no_text_from_outside_becomes_a_scope():
    with pytest.raises(ValueError, match="is no scope"):
        scope.set_sql("7', false); DROP TABLE groups_group; --")
