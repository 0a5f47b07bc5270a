"""Django's PostgreSQL backend, which tells the database the open scope with every statement, and limits with the first.

A middleware could not do this: ATOMIC_REQUESTS opens its transaction after every middleware has run, and jobs,
commands and the shell need scopes too. The scope is sent before each statement in the same message, so it needs no
further message to the server. It is local to the transaction (or to the one message, when no transaction is open),
so it is safe behind a pooler in transaction mode. The limits of time (core.pg.limits) are sent in the same way, in
front of the first statement of a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions
from django.db.backends.postgresql import base, operations, schema
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR

from core import guards
from core.pg import limits
from core.scope import current, set_sql

SCOPE_BEFORE = set_sql("").partition(",")[0]


class ScopedCursor(psycopg2.extensions.cursor):
    """A cursor that sends the scope before every statement, and the limits before the first of a transaction."""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's name
        """Send the scope, the limits and the statement.

        The statement is sent alone in two cases. Statements such as CREATE DATABASE must be sent alone, so nothing is
        set without a page, a scope and a transaction. In a failed transaction the database accepts only a rollback.
        """
        scope, connection = current.get(), self.connection
        status = connection.get_transaction_status()
        nothing_to_say = connection.autocommit and not scope and not limits.serving_a_page()
        if nothing_to_say or status == TRANSACTION_STATUS_INERROR:
            super().execute(query, vars)
            return
        before = set_sql(scope)
        if status == TRANSACTION_STATUS_IDLE:
            before = f"{before},{limits.current().set_sql()}"
        if isinstance(query, str):
            super().execute(f"{before};{query}", vars)
        else:  # composed with psycopg2.sql
            super().execute(before)
            super().execute(query, vars)

    def executemany(self, query: Any, vars_list: Sequence[Any]) -> None:
        """Send the statement once for each row, as psycopg2 does."""
        for one in vars_list:
            self.execute(query, one)


class DatabaseOperations(operations.DatabaseOperations):
    """Django's operations, except that logs show the statement without the scope before it."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """Return the last statement without its scope, for logs and tests, or None when none was sent."""
        sent = super().last_executed_query(cursor, sql, params)
        return sent.partition(";")[2] if sent and sent.startswith(SCOPE_BEFORE) else sent


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's editor. It seals the history's triggers in the transaction of each migration (core.guards.seal)."""

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_type is None and not self.collect_sql:
            with self.connection.cursor() as cursor:
                guards.seal(cursor)
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper with scoped cursors."""

    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters with our cursor class."""
        params: dict[str, Any] = super().get_connection_params()
        return {**params, "cursor_factory": ScopedCursor}
