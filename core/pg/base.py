"""Django's PostgreSQL backend; every statement carries the scope of the moment.

A hook here, and not in middleware, because ATOMIC_REQUESTS opens its transaction after every middleware has run, and
because jobs, commands and the shell need the same line. The scope is sent in front of the first statement that needs
it, in the same message: opening and leaving a scope costs no trip to the server. It is always local to the
transaction (of the one message, where none is open), so it is safe behind a pooler in transaction mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions
from django.db.backends.postgresql import base, operations
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from core.scope import current, set_sql

SCOPE_BEFORE = set_sql("").partition(",")[0]


class ScopedConnection(psycopg2.extensions.connection):
    """A connection that knows which scope its open transaction holds; None is: not known any more."""

    scope_written: str | None = ""


class ScopedCursor(psycopg2.extensions.cursor):
    """A cursor that writes the scope before what it sends, when the server does not hold it already."""

    connection: ScopedConnection

    def _missing(self) -> str:
        """The statement that has to go in front; empty when the server knows."""
        wanted = current.get()
        known = "" if self.connection.autocommit else self.connection.scope_written
        if wanted == known or self.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            return ""  # a broken transaction takes nothing but the way back to its savepoint
        return f"{set_sql(wanted)};"

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's name
        """Send the statement, and the scope with it."""
        missing = self._missing()
        if missing and not isinstance(query, str):  # composed elsewhere: it goes by itself
            super().execute(missing)
            super().execute(query, vars)
        else:
            super().execute(missing + query if missing else query, vars)
        if missing and not self.connection.autocommit:
            self.connection.scope_written = current.get()

    def executemany(self, query: Any, vars_list: Sequence[Any]) -> None:
        """Send the statement once for each row, as psycopg2 does, each with what it needs."""
        for one in vars_list:
            self.execute(query, one)


class DatabaseOperations(operations.DatabaseOperations):
    """The stock operations; logs name the statement that was asked for, without the scope before it."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """The statement as it was sent, for logs and tests; None when nothing was."""
        sent = super().last_executed_query(cursor, sql, params)
        return sent.partition(";")[2] if sent and sent.startswith(SCOPE_BEFORE) else sent


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock wrapper with scoped cursors. Whatever ends or rolls back a transaction ends its scope."""

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """The stock parameters, with our cursor."""
        params: dict[str, Any] = super().get_connection_params()
        return {**params, "connection_factory": ScopedConnection, "cursor_factory": ScopedCursor}

    def _tell(self, written: str | None) -> None:
        if self.connection is not None:
            self.connection.scope_written = written

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self._tell("")

    def _commit(self) -> None:
        self._tell("")
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self._tell("")
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._tell(None)
