"""Django's PostgreSQL backend; every outermost transaction carries the current scope (SET LOCAL).

A hook here, and not in middleware, because ATOMIC_REQUESTS opens its transaction after every
middleware has run, and because jobs, commands and the shell need the same line.
"""

from django.db.backends.postgresql import base

from core.scope import SET_SQL, current


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock wrapper, with the scope written as the first statement of each transaction."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (value := current.get()):
            with self.connection.cursor() as cursor:
                cursor.execute(SET_SQL, (value,))
