"""What the database itself refuses: row level security, composite keys, append-only tables, grants.

The functions give migration operations. The grants are laid anew after every `migrate` (core.receivers),
so a new table is never without them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_COMMENT = "append-only"


def _policies(table: str, column: str) -> str:
    """Policies of a tenant table, in place of those that stand.

    What the scope says lies in subqueries, which PostgreSQL asks once for a statement and not once for a row. Reading
    has a policy of its own: one for all commands would be asked again beside it for each row that is read.
    """
    scope = "current_setting('app.scope', true)"
    inside = f"{column} = (SELECT CASE WHEN {scope} ~ '^[0-9]+$' THEN {scope}::bigint END)"
    can_read, can_write = (
        f"{inside} OR (SELECT {scope} IN ('*', 'read'))",
        f"{inside} OR (SELECT {scope} = '*')",
    )
    clauses = {
        "read": f"FOR SELECT USING ({can_read})",
        "add": f"FOR INSERT WITH CHECK ({can_write})",
        "change": f"FOR UPDATE USING ({can_write}) WITH CHECK ({can_write})",
        "delete": f"FOR DELETE USING ({can_write})",
    }
    return _without_policies(table) + "".join(
        f"CREATE POLICY tenant_{name} ON {table} {clause};" for name, clause in clauses.items()
    )


def _without_policies(table: str) -> str:
    names = ("read", "write", "add", "change", "delete")
    return "".join(f"DROP POLICY IF EXISTS tenant_{name} ON {table};" for name in names)


def row_level_security(table: str, column: str = "group_id", *, groupless: bool = False) -> migrations.RunSQL:
    """Policies for one tenant table: read inside the group's scope or an all-groups scope, write only in scope.

    The variable reads '' for the rest of a connection after the first SET LOCAL; CASE keeps the planner
    from casting that to a number. With `groupless`, rows that belong to no group may be added from anywhere
    and are read in the all-groups scopes only.
    """
    added = (
        f"CREATE POLICY tenant_groupless ON {table} FOR INSERT WITH CHECK ({column} IS NULL);"
        if groupless
        else ""
    )
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            {_policies(table, column)}
            {added}""",
        f"""{_without_policies(table)}
            DROP POLICY IF EXISTS tenant_groupless ON {table};
            ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


def renewed_policies(*tables: str, column: str = "group_id") -> migrations.RunSQL:
    """The policies of tables that were made with an earlier form of them, as `row_level_security` writes them now."""
    return migrations.RunSQL("".join(_policies(table, column) for table in tables), migrations.RunSQL.noop)


def same_group(child: str, column: str, parent: str) -> migrations.RunSQL:
    """A composite foreign key: the child's parent lies in the child's group.

    Foreign-key checks bypass row level security, so the plain key alone would let a child point across.
    The parent needs a unique constraint over (group_id, id), which this adds when it is missing.
    """
    unique, key = f"{parent}_group_id_id_uniq", f"{child}_{column}_same_group"
    return migrations.RunSQL(
        f"""DO $$ BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique}') THEN
                ALTER TABLE {parent} ADD CONSTRAINT {unique} UNIQUE (group_id, id);
              END IF;
            END $$;
            ALTER TABLE {child} ADD CONSTRAINT {key} FOREIGN KEY (group_id, {column})
              REFERENCES {parent} (group_id, id) DEFERRABLE INITIALLY DEFERRED;""",
        f"ALTER TABLE {child} DROP CONSTRAINT {key};",
    )


def append_only(table: str) -> migrations.RunSQL:
    """Mark a table as append-only: the grants give the run-time role insert and select, and no more."""
    return migrations.RunSQL(
        f"COMMENT ON TABLE {table} IS '{APPEND_ONLY_COMMENT}'",
        f"COMMENT ON TABLE {table} IS NULL",
    )


def append_only_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables marked append-only, the audit events among them, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind = 'r'
                 AND (obj_description(c.oid) = %s OR c.relname LIKE '%%event')
               ORDER BY 1""",
            [APPEND_ONLY_COMMENT],
        )
        return [name for (name,) in cursor.fetchall()]


def grant_runtime_role(connection: BaseDatabaseWrapper) -> None:
    """Give the run-time role what it needs and nothing else: it owns nothing and empties nothing.

    Creates the role (without login) when it is missing and the owner may do so. Running it again is harmless.
    """
    role = settings.RUNTIME_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role, role]
        )
        is_runtime, exists = cursor.fetchone()
        if is_runtime:
            return
        if not exists:
            cursor.execute(f'CREATE ROLE "{role}" NOLOGIN NOSUPERUSER NOBYPASSRLS')
            cursor.execute(f'GRANT "{role}" TO CURRENT_USER')
        cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
        cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"')
    for table in append_only_tables(connection):
        with connection.cursor() as cursor:
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
