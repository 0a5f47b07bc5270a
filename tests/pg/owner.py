"""Statements that tests run as the owner of the tables."""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from tests.pg.base import DatabaseWrapper


def as_owner() -> AbstractContextManager[None]:
    """Context: statements of this thread inside run as the owner of the tables.

    A process that has logged in as the owner (SSC_DB_AS=owner) works as the owner anyway.
    """
    if settings.AS_OWNER:
        return nullcontext()
    connection = connections[DEFAULT_DB_ALIAS]
    assert isinstance(connection, DatabaseWrapper)
    return connection.as_owner()
