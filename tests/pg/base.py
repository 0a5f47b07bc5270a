"""The portal's database backend for tests: it connects as the owner and works as the run-time role.

Only the owner can create, migrate and empty the test database. The tested code must run under the role
that owns nothing. The owner is a member of that role, so SET ROLE switches between them.
"""

from django.db.backends.postgresql import creation

from core.pg import base


class DatabaseOperations(base.DatabaseOperations):
    """Emptying the tables between transactional tests is the owner's work."""

    def sql_flush(self, style, tables, **options):
        # `migrate` made the test database one that sends mail; it stays so when its tables are emptied.
        return super().sql_flush(
            style, [table for table in tables if table != "core_livedatabase"], **options
        )

    def execute_sql_flush(self, sql_list):
        with _AsOwner(self.connection):
            super().execute_sql_flush(sql_list)


class DatabaseCreation(creation.DatabaseCreation):
    """Makes the test database as the owner, then hands it to the run-time role."""

    def create_test_db(self, *args, **kwargs):
        DatabaseWrapper.runtime_role = None
        name = super().create_test_db(*args, **kwargs)
        self.connection.close()
        # On the class, so that connections of other threads, such as the live server's, work as that role too.
        DatabaseWrapper.runtime_role = self.connection.settings_dict["TEST"]["RUNTIME_ROLE"]
        return name

    def destroy_test_db(self, *args, **kwargs):
        DatabaseWrapper.runtime_role = None
        return super().destroy_test_db(*args, **kwargs)

    def _destroy_test_db(self, test_database_name, verbosity):
        # With force: a thread that served a browser's last request may still hold its connection.
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined] # the stubs do not know it
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")


class DatabaseWrapper(base.DatabaseWrapper):
    """Switches to the run-time role on every new connection, once the test database stands."""

    ops_class = DatabaseOperations
    creation_class = DatabaseCreation
    runtime_role: str | None = None
    is_owner = False

    def init_connection_state(self):
        super().init_connection_state()
        self.is_owner = False
        if self.runtime_role:
            with self.connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{self.runtime_role}"')
            self.connection.commit() if not self.connection.autocommit else None

    def as_owner(self) -> "_AsOwner":
        """Context: statements inside run as the owner of the tables."""
        return _AsOwner(self)


class _AsOwner:
    """Sets the owner's role. Inside another such context nothing changes, also not at the end."""

    def __init__(self, connection):
        self.connection = connection
        self.is_outermost = False

    def __enter__(self) -> None:
        self.is_outermost = not self.connection.is_owner
        if self.is_outermost:
            with self.connection.cursor() as cursor:
                cursor.execute("SET ROLE NONE")
            self.connection.is_owner = True

    def __exit__(self, *error: object) -> None:
        if not self.is_outermost:
            return
        self.connection.is_owner = False
        if self.connection.runtime_role and not self.connection.needs_rollback:
            with self.connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{self.connection.runtime_role}"')
