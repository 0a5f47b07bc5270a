"""Django's PostgreSQL backend; every statement tells the database the scope of the moment.

This is done here, and not in middleware, because ATOMIC_REQUESTS opens its transaction after every middleware has run,
and because jobs, commands and the shell need the same line. The scope travels in front of each statement, in the same
message: it costs no trip to the server. It is local to the transaction (or to the one message, when no transaction is
open), so it is safe behind a pooler in transaction mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions
from django.db.backends.postgresql import base, operations
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from core.scope import current, set_sql

SCOPE_BEFORE = set_sql("").partition(",")[0]


class ScopedCursor(psycopg2.extensions.cursor):
    """A cursor that sends the scope in front of every statement."""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's name
        """Send the scope and the statement.

        The statement travels alone outside every scope and transaction, where no scope can be set (and where
        statements such as CREATE DATABASE must travel alone), and in a transaction that has failed, which takes only
        the way back to its savepoint.
        """
        scope, connection = current.get(), self.connection
        nothing_to_say = connection.autocommit and not scope
        if nothing_to_say or connection.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            super().execute(query, vars)
        elif isinstance(query, str):
            super().execute(f"{set_sql(scope)};{query}", vars)
        else:  # composed with psycopg2.sql
            super().execute(set_sql(scope))
            super().execute(query, vars)

    def executemany(self, query: Any, vars_list: Sequence[Any]) -> None:
        """Send the statement once for each row, as psycopg2 does."""
        for one in vars_list:
            self.execute(query, one)


class DatabaseOperations(operations.DatabaseOperations):
    """The stock operations; logs show the statement without the scope in front of it."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """The statement as it was sent, for logs and tests; None when none was sent."""
        sent = super().last_executed_query(cursor, sql, params)
        return sent.partition(";")[2] if sent and sent.startswith(SCOPE_BEFORE) else sent


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock wrapper with scoped cursors."""

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """The stock parameters, with our cursor."""
        params: dict[str, Any] = super().get_connection_params()
        return {**params, "cursor_factory": ScopedCursor}
