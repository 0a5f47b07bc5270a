"""What the database itself refuses: row level security, composite keys, append-only tables, grants.

The functions give migration operations. The grants are laid anew after every `migrate` (core.receivers),
so a new table is never without them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_COMMENT = "append-only"


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
    inside = f"{column} = current_setting('app.scope', true)::bigint"
    case = (
        "CASE current_setting('app.scope', true) WHEN '*' THEN true WHEN 'read' THEN %s WHEN '' THEN false"
        f" ELSE {inside} END"
    )
    can_read, can_write = case % "true", case % "false"
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant_read ON {table} FOR SELECT USING ({can_read});
            CREATE POLICY tenant_write ON {table} FOR ALL USING ({can_write}) WITH CHECK ({can_write});
            {added}""",
        f"""DROP POLICY tenant_read ON {table}; DROP POLICY tenant_write ON {table};
            DROP POLICY IF EXISTS tenant_groupless ON {table};
            ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


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
