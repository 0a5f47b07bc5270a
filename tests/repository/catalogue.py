"""Reads PostgreSQL's catalogue: which tables contain a group's rows, and what protects them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# A table is a tenant's when it has a column "group_id", unless that names Django's own permission groups.
TENANT_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'group_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (
        SELECT 1 FROM pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)
          AND k.confrelid = 'auth_group'::regclass)
    ORDER BY 1
"""
POLICIES = """
    SELECT c.relname, p.polcmd, coalesce(pg_get_expr(p.polqual, p.polrelid), ''),
           coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
"""
# Foreign keys with one column between two tables, and those that carry the group along.
FOREIGN_KEYS = """
    SELECT k.conname, child.relname, parent.relname,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(num, i)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.i),
           k.convalidated
    FROM pg_constraint k
    JOIN pg_class child ON child.oid = k.conrelid
    JOIN pg_class parent ON parent.oid = k.confrelid
    WHERE k.contype = 'f'
    ORDER BY 1
"""


@dataclass(frozen=True)
class Key:
    """One foreign key: its name, the tables and the child's columns."""

    name: str
    child: str
    parent: str
    columns: tuple[str, ...]


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def tenant_tables() -> list[str]:
    """Names of all tables with a group's rows, event tables among them."""
    return [name for name, *_ in _rows(TENANT_TABLES)]


def unguarded_tables() -> list[str]:
    """Tenant tables on which row level security is off, not forced on the owner, or lacks the policy of a command."""
    policies: dict[str, dict[str, str]] = {}
    for table, command, using, check in _rows(POLICIES):
        held = policies.setdefault(table, {})
        held[command] = f"{held.get(command, '')} {using} {check}"

    def guarded(table: str) -> bool:
        found = policies.get(table, {})
        return all("app.scope" in found.get(command, "") for command in ("r", "a", "w", "d"))

    return [table for table, on, forced in _rows(TENANT_TABLES) if not (on and forced and guarded(table))]


def foreign_keys() -> list[Key]:
    """Every foreign key of the database."""
    return [
        Key(name, child, parent, tuple(columns)) for name, child, parent, columns, _ in _rows(FOREIGN_KEYS)
    ]


def crossing_keys() -> list[Key]:
    """Keys from one tenant table to another that no composite key keeps inside the group."""
    tenants = set(tenant_tables())
    keys = [key for key in foreign_keys() if key.child in tenants and key.parent in tenants]
    pairs = [key for key in keys if key.columns[0] == "group_id" and len(key.columns) == 2]
    held = {(key.child, key.columns[1], key.parent) for key in pairs}
    return [
        key for key in keys if len(key.columns) == 1 and (key.child, key.columns[0], key.parent) not in held
    ]


def stray_children() -> list[Key]:
    """Keys to a tenant table from a table without a group: its rows would be read from anywhere."""
    tenants = set(tenant_tables())
    return [key for key in foreign_keys() if key.parent in tenants and key.child not in tenants]


def described() -> dict[str, list[tuple]]:
    """All that guards the tables: flags, policies, constraints, triggers and rights, each in a fixed order."""
    statements = {
        "tables": (
            """SELECT relname, relrowsecurity, relforcerowsecurity, obj_description(oid, 'pg_class')
               FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"""
        ),
        "policies": (
            """SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check
               FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2"""
        ),
        "constraints": (
            """SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""
        ),
        "rights": (
            """SELECT thing, x.grantee::regrole::text, x.privilege_type, x.is_grantable
               FROM (SELECT oid::regclass::text, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace
                     UNION ALL
                     SELECT attrelid::regclass || '.' || attname, attacl FROM pg_attribute
                     UNION ALL
                     SELECT oid::regprocedure::text, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                     UNION ALL
                     SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
                     UNION ALL
                     SELECT 'database', datacl FROM pg_database WHERE datname = current_database()
                    ) AS held (thing, acl),
                    aclexplode(acl) AS x
               ORDER BY 1, 2, 3"""
        ),
        "triggers": (
            """SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled, t.tgtype, obj_description(t.oid, 'pg_trigger')
               FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2"""
        ),
        "functions": (
            """SELECT proname, prosrc, prosecdef, proconfig
               FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"""
        ),
    }
    return {name: _rows(sql) for name, sql in statements.items()}


def columns(table: str) -> list[str]:
    """The columns of a table, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT attname FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]
