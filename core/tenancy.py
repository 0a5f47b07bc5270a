"""What the database refuses: rows of other groups, changes of append-only tables, rows that break a guard's rule.

The models say which tables belong to groups and which guards they have (core.guards). `lay` compares the database's
catalogue with the declaration and changes what differs. core.receivers calls it after each `migrate`, so every table
has its policies, mark, guards and rights. `differences` says what differs and changes nothing.
Migrations add the keys that keep a child in its parent's group (core.migrations._tenancy_2026).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from core import guards

# Models whose rows are only added, never changed or deleted. The event tables of pghistory are append-only as well.
APPEND_ONLY = (
    "core.AuditEntry",
    "duties.SentReminder",
    "groups.Appointment",
    "groups.AppointmentEnding",
    "groups.NetworkAppointment",
    "groups.NetworkAppointmentEnding",
    "members.Conditions",
    "members.Membership",
    "members.MembershipEnding",
    "reporting.ReportDecision",
    "reporting.ReportGrantEnding",
    "reporting.ReportSubmission",
)
APPEND_ONLY_MARK = "append-only"  # the comment on the table, for people who read the database

# The policies read the scope in subqueries: PostgreSQL runs these once for a statement and not once for each row.
# After its first use the setting is '' for the rest of a connection. CASE keeps the planner from casting that to a
# number.
_SCOPE = "current_setting('app.scope', true)"
_INSIDE = f"group_id = (SELECT CASE WHEN {_SCOPE} ~ '^[0-9]+$' THEN {_SCOPE}::bigint END)"
_CAN_READ = f"{_INSIDE} OR (SELECT {_SCOPE} IN ('*', 'read'))"
_CAN_WRITE = f"{_INSIDE} OR (SELECT {_SCOPE} = '*')"
# Each command has a policy of its own: PostgreSQL would check a policy for all commands again for each row it reads.
POLICIES = {
    "tenant_read": f"FOR SELECT USING ({_CAN_READ})",
    "tenant_add": f"FOR INSERT WITH CHECK ({_CAN_WRITE})",
    "tenant_change": f"FOR UPDATE USING ({_CAN_WRITE}) WITH CHECK ({_CAN_WRITE})",
    "tenant_delete": f"FOR DELETE USING ({_CAN_WRITE})",
}
# Rows without a group may be added in any scope. Only the scopes over all groups can read them.
GROUPLESS_POLICY = {"tenant_groupless": "FOR INSERT WITH CHECK (group_id IS NULL)"}

# What the run-time role may do. It owns no table and may not truncate one.
APPEND_ONLY_RIGHTS = frozenset({"SELECT", "INSERT"})
EVENT_RIGHTS = frozenset({"SELECT"})  # the triggers add events, as the owner (core.guards.seal)
RIGHTS = {
    "TABLE": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
    "SCHEMA": frozenset({"USAGE"}),
    "SEQUENCE": frozenset({"USAGE", "SELECT"}),
    "FUNCTION": frozenset({"EXECUTE"}),
}


@dataclass(frozen=True)
class TenantTable:
    """A table with rows of groups. `groupless` is true when a row may also belong to no group."""

    name: str
    groupless: bool

    @property
    def policies(self) -> dict[str, str]:
        """The declared policies, by name."""
        return {**POLICIES, **(GROUPLESS_POLICY if self.groupless else {})}


@dataclass(frozen=True)
class Policy:
    """A policy in the spelling of the database's catalogue."""

    command: str
    permissive: bool
    roles: tuple[int, ...]
    using: str
    check: str


@dataclass(frozen=True)
class Table:
    """A table as the catalogue describes it. `guarded` is true when row level security is on, also for the owner."""

    guarded: bool
    comment: str
    has_group: bool


# ---------------------------------------------------------------- What is declared


def tenant_tables() -> list[TenantTable]:
    """Return the tables of all models with a field `group`, event tables included, sorted by name."""
    found = [
        TenantTable(model._meta.db_table, groupless=field.null)
        for model in _tables()
        for field in model._meta.concrete_fields
        if field.name == "group" and _names_a_group(field)
    ]
    return sorted(found, key=lambda table: table.name)


def append_only_tables() -> list[str]:
    """Return the names of the append-only tables.

    Raises LookupError when APPEND_ONLY names a model that does not exist.
    """
    declared = {apps.get_model(label)._meta.db_table for label in APPEND_ONLY}
    return sorted(declared | event_tables())


def event_tables() -> set[str]:
    """Return the names of the tables in which triggers keep the history of rows."""
    return {model._meta.db_table for model in _tables() if issubclass(model, pghistory.models.Event)}


def _tables() -> list[type[models.Model]]:
    """Return the models that have a table of their own."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


def _names_a_group(field: models.Field) -> bool:
    related = field.related_model
    return isinstance(related, type) and related._meta.label == "groups.Group"


# ---------------------------------------------------------------- What the database has


def _existing_tables(cursor: CursorWrapper) -> dict[str, Table]:
    cursor.execute(
        """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
                  coalesce(obj_description(c.oid, 'pg_class'), ''),
                  EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = 'group_id' AND NOT a.attisdropped)
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"""
    )
    return {name: Table(*described) for name, *described in cursor.fetchall()}


def _existing_policies(cursor: CursorWrapper, schema: str) -> dict[str, dict[str, Policy]]:
    cursor.execute(
        """SELECT c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles::bigint[],
                  coalesce(pg_get_expr(p.polqual, p.polrelid), ''),
                  coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
           FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
           WHERE c.relnamespace = %s::regnamespace""",
        [schema],
    )
    found: dict[str, dict[str, Policy]] = defaultdict(dict)
    for table, name, command, permissive, roles, using, check in cursor.fetchall():
        found[table][name] = Policy(command, permissive, tuple(roles), using, check)
    return found


def _declared_policies(cursor: CursorWrapper) -> dict[str, Policy]:
    """Return the declared policies in the spelling of this server's catalogue.

    To learn the spelling, the function creates the policies on a temporary table and reads them.
    """
    cursor.execute("CREATE TEMPORARY TABLE declared_tenancy (group_id bigint) ON COMMIT DROP")
    for name, clause in {**POLICIES, **GROUPLESS_POLICY}.items():
        cursor.execute(f"CREATE POLICY {name} ON pg_temp.declared_tenancy {clause}")
    cursor.execute("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()")
    (schema,) = cursor.fetchone()
    spelled = _existing_policies(cursor, schema)["declared_tenancy"]
    cursor.execute("DROP TABLE pg_temp.declared_tenancy")
    return spelled


# ---------------------------------------------------------------- What differs


def lay(connection: BaseDatabaseWrapper) -> list[str]:
    """Change policies, marks, guards and rights in the database to what is declared. Return the statements it ran.

    All statements run in one transaction, so a running process sees either the former or the new state. A new table
    gets its policies and guards before its rights. Under the run-time role, which owns no table, the function does
    nothing. Declared tables that do not exist, such as after a migration of one app only, are left out.
    """
    role = settings.RUNTIME_ROLE
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role, role]
        )
        is_runtime, exists = cursor.fetchone()
        if is_runtime:
            return []
        done = []
        if not exists:
            done = [
                f'CREATE ROLE "{role}" NOLOGIN NOSUPERUSER NOBYPASSRLS',
                f'GRANT "{role}" TO CURRENT_USER',
            ]
            _run(cursor, done)
        for part in _PARTS:
            found = list(part(cursor))
            _run(cursor, found)
            done += found
        return done


def differences(connection: BaseDatabaseWrapper) -> list[str]:
    """Say what in the database differs from the declaration, for the owner, such as after a restore. Change nothing.

    Each entry is a statement that the next `migrate` would run, or a sentence about a trigger or a constraint that
    only a migration can bring back.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        found = [statement for part in _PARTS for statement in part(cursor)]
        return found + guards.missing(cursor)


def _run(cursor: CursorWrapper, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _policy_statements(cursor: CursorWrapper) -> Iterator[str]:
    """Yield the statements that correct row level security. A policy that is not declared is dropped."""
    spelled, tables = _declared_policies(cursor), _existing_tables(cursor)
    existing = _existing_policies(cursor, "public")
    for table in tenant_tables():
        described = tables.get(table.name)
        if described is None or not described.has_group:
            continue
        if not described.guarded:
            yield f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
        present = existing.get(table.name, {})
        for name, policy in present.items():
            if name not in table.policies or policy != spelled[name]:
                yield f'DROP POLICY "{name}" ON "{table.name}"'
        for name, clause in table.policies.items():
            if present.get(name) != spelled[name]:
                yield f'CREATE POLICY {name} ON "{table.name}" {clause}'


def _mark_statements(cursor: CursorWrapper) -> Iterator[str]:
    """Yield the statements that correct the comments on append-only tables."""
    wanted = set(append_only_tables())
    for name, table in sorted(_existing_tables(cursor).items()):
        if name in wanted and table.comment != APPEND_ONLY_MARK:
            yield f"COMMENT ON TABLE \"{name}\" IS '{APPEND_ONLY_MARK}'"
        elif name not in wanted and table.comment == APPEND_ONLY_MARK:
            yield f'COMMENT ON TABLE "{name}" IS NULL'


def _right_statements(cursor: CursorWrapper) -> Iterator[str]:
    """Yield the statements that correct the run-time role's rights in the schema, also rights on single columns.

    The role may not make temporary tables either. Only the owner of the database can take that right away.
    """
    role, only_added, events = settings.RUNTIME_ROLE, set(append_only_tables()), event_tables()
    cursor.execute(
        """SELECT quote_ident(datname) FROM pg_database
           WHERE datname = current_database() AND has_database_privilege(%s, datname, 'TEMPORARY')
             AND pg_has_role(current_user, datdba, 'USAGE')""",
        [role],
    )
    for (database,) in cursor.fetchall():
        yield f'REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, "{role}"'
    cursor.execute(
        """WITH r AS (SELECT oid FROM pg_roles WHERE rolname = %s),
                things AS (
                    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, relname AS name,
                           oid::regclass::text AS spelled, relacl AS acl, oid AS relid
                    FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                    UNION ALL
                    SELECT 'FUNCTION', proname, oid::regprocedure::text, proacl, NULL
                    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'p'
                    UNION ALL
                    SELECT 'SCHEMA', nspname, nspname, nspacl, NULL FROM pg_namespace WHERE nspname = 'public')
           SELECT kind, name, spelled,
                  ARRAY(SELECT x.privilege_type || CASE WHEN x.is_grantable THEN ' to grant' ELSE '' END
                        FROM aclexplode(acl) x, r WHERE x.grantee = r.oid)
                  || ARRAY(SELECT x.privilege_type || ' of ' || a.attname
                           FROM pg_attribute a, aclexplode(a.attacl) x, r
                           WHERE a.attrelid = relid AND x.grantee = r.oid)
           FROM things ORDER BY kind, name""",
        [role],
    )
    for kind, name, spelled, held in cursor.fetchall():
        wanted = APPEND_ONLY_RIGHTS if name in only_added else RIGHTS[kind]
        wanted = EVENT_RIGHTS if name in events else wanted
        if set(held) == wanted:
            continue
        if held:
            yield f'REVOKE ALL ON {kind} {spelled} FROM "{role}"'
        yield f'GRANT {", ".join(sorted(wanted))} ON {kind} {spelled} TO "{role}"'


# In this order: what a new table refuses is there before the rights to write into it.
_PARTS = (
    _policy_statements,
    _mark_statements,
    guards.seal_statements,
    guards.statements,
    _right_statements,
)
