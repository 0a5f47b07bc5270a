"""Statements that tests run as the owner of the tables."""

from contextlib import AbstractContextManager

from django.db import DEFAULT_DB_ALIAS, connections

from tests.pg.base import DatabaseWrapper


def as_owner() -> AbstractContextManager[None]:
    """Context: statements of this thread inside run as the owner of the tables."""
    connection = connections[DEFAULT_DB_ALIAS]
    assert isinstance(connection, DatabaseWrapper)
    return connection.as_owner()
