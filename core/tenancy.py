"""What the database itself refuses, declared once: rows of other groups, changes of append-only tables, further rights.

The tenant tables are read from the models. `lay` compares the database's catalogue with the declaration and changes
what differs; core.receivers calls it after each `migrate`, so no table is left without policies, mark or rights.
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

# Models whose rows are only ever added. The event tables of pghistory are append-only as well.
APPEND_ONLY = (
    "core.AuditEntry",
    "duties.SentReminder",
    "groups.Appointment",
    "groups.AppointmentEnding",
    "groups.NetworkAppointment",
    "groups.NetworkAppointmentEnding",
    "members.Membership",
    "members.MembershipEnding",
    "reporting.ReportDecision",
    "reporting.ReportSubmission",
)
APPEND_ONLY_MARK = "append-only"  # the comment on the table, for people who read the database

# The scope is asked in subqueries, which PostgreSQL answers once for a statement and not once for a row. The setting
# reads '' for the rest of a connection after its first use; CASE keeps the planner from casting that to a number.
_SCOPE = "current_setting('app.scope', true)"
_INSIDE = f"group_id = (SELECT CASE WHEN {_SCOPE} ~ '^[0-9]+$' THEN {_SCOPE}::bigint END)"
_CAN_READ = f"{_INSIDE} OR (SELECT {_SCOPE} IN ('*', 'read'))"
_CAN_WRITE = f"{_INSIDE} OR (SELECT {_SCOPE} = '*')"
# Each command has a policy of its own: a policy for all commands would be asked again for each row that is read.
POLICIES = {
    "tenant_read": f"FOR SELECT USING ({_CAN_READ})",
    "tenant_add": f"FOR INSERT WITH CHECK ({_CAN_WRITE})",
    "tenant_change": f"FOR UPDATE USING ({_CAN_WRITE}) WITH CHECK ({_CAN_WRITE})",
    "tenant_delete": f"FOR DELETE USING ({_CAN_WRITE})",
}
# Rows without a group may be added from anywhere; only the all-groups scopes read them.
GROUPLESS_POLICY = {"tenant_groupless": "FOR INSERT WITH CHECK (group_id IS NULL)"}

# What the run-time role may do. It owns nothing and empties nothing.
APPEND_ONLY_RIGHTS = frozenset({"SELECT", "INSERT"})
RIGHTS = {
    "TABLE": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
    "SCHEMA": frozenset({"USAGE"}),
    "SEQUENCE": frozenset({"USAGE", "SELECT"}),
    "FUNCTION": frozenset({"EXECUTE"}),
}


@dataclass(frozen=True)
class TenantTable:
    """A table that holds rows of groups; `groupless` when a row may also belong to no group."""

    name: str
    groupless: bool

    @property
    def policies(self) -> dict[str, str]:
        """The declared policies, by name."""
        return {**POLICIES, **(GROUPLESS_POLICY if self.groupless else {})}


@dataclass(frozen=True)
class Policy:
    """A policy as the catalogue spells it."""

    command: str
    permissive: bool
    roles: tuple[int, ...]
    using: str
    check: str


@dataclass(frozen=True)
class Table:
    """A table as the catalogue describes it; `guarded` when row level security is on, also for the owner."""

    guarded: bool
    comment: str
    has_group: bool


# ---------------------------------------------------------------- What is declared


def tenant_tables() -> list[TenantTable]:
    """Return the tables of all models with a field `group`, event tables included, by name."""
    found = [
        TenantTable(model._meta.db_table, groupless=field.null)
        for model in _tables()
        for field in model._meta.concrete_fields
        if field.name == "group" and _names_a_group(field)
    ]
    return sorted(found, key=lambda table: table.name)


def append_only_tables() -> list[str]:
    """Return the names of the tables whose rows are only ever added.

    Raises LookupError when APPEND_ONLY names a model that does not exist.
    """
    declared = {apps.get_model(label)._meta.db_table for label in APPEND_ONLY}
    events = {model._meta.db_table for model in _tables() if issubclass(model, pghistory.models.Event)}
    return sorted(declared | events)


def _tables() -> list[type[models.Model]]:
    """Models that have a table of their own."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


def _names_a_group(field: models.Field) -> bool:
    related = field.related_model
    return isinstance(related, type) and related._meta.label == "groups.Group"


# ---------------------------------------------------------------- What the database has


def _standing_tables(cursor: CursorWrapper) -> dict[str, Table]:
    cursor.execute(
        """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
                  coalesce(obj_description(c.oid, 'pg_class'), ''),
                  EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = 'group_id' AND NOT a.attisdropped)
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"""
    )
    return {name: Table(*described) for name, *described in cursor.fetchall()}


def _standing_policies(cursor: CursorWrapper, schema: str) -> dict[str, dict[str, Policy]]:
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
    """The declared policies in the spelling of this server's catalogue, which a temporary table tells."""
    cursor.execute("CREATE TEMPORARY TABLE declared_tenancy (group_id bigint) ON COMMIT DROP")
    for name, clause in {**POLICIES, **GROUPLESS_POLICY}.items():
        cursor.execute(f"CREATE POLICY {name} ON pg_temp.declared_tenancy {clause}")
    cursor.execute("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()")
    (schema,) = cursor.fetchone()
    spelled = _standing_policies(cursor, schema)["declared_tenancy"]
    cursor.execute("DROP TABLE pg_temp.declared_tenancy")
    return spelled


# ---------------------------------------------------------------- What differs


def lay(connection: BaseDatabaseWrapper) -> list[str]:
    """Make policies, marks and rights in the database what is declared. Return the statements that it took.

    All of it is one transaction: a running process meets the former state or the new one, and nothing between. A new
    table has no rights before it has its policies. The run-time role owns nothing, so nothing is done under it.
    Tables that are declared and not there, as after a migration of one app only, are left out.
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
        differing = [*_policy_statements(cursor), *_mark_statements(cursor), *_right_statements(cursor, role)]
        _run(cursor, differing)
        return done + differing


def _run(cursor: CursorWrapper, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _policy_statements(cursor: CursorWrapper) -> Iterator[str]:
    """Row level security of the tenant tables, where it differs. A policy that is not declared is dropped."""
    spelled, tables = _declared_policies(cursor), _standing_tables(cursor)
    standing = _standing_policies(cursor, "public")
    for table in tenant_tables():
        described = tables.get(table.name)
        if described is None or not described.has_group:
            continue
        if not described.guarded:
            yield f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
        held = standing.get(table.name, {})
        for name, policy in held.items():
            if name not in table.policies or policy != spelled[name]:
                yield f'DROP POLICY "{name}" ON "{table.name}"'
        for name, clause in table.policies.items():
            if held.get(name) != spelled[name]:
                yield f'CREATE POLICY {name} ON "{table.name}" {clause}'


def _mark_statements(cursor: CursorWrapper) -> Iterator[str]:
    """The comments on append-only tables, where they differ."""
    wanted = set(append_only_tables())
    for name, table in sorted(_standing_tables(cursor).items()):
        if name in wanted and table.comment != APPEND_ONLY_MARK:
            yield f"COMMENT ON TABLE \"{name}\" IS '{APPEND_ONLY_MARK}'"
        elif name not in wanted and table.comment == APPEND_ONLY_MARK:
            yield f'COMMENT ON TABLE "{name}" IS NULL'


def _right_statements(cursor: CursorWrapper, role: str) -> Iterator[str]:
    """The grants of the run-time role in the schema, where they differ. Rights on single columns count as well."""
    only_added = set(append_only_tables())
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
        if set(held) == wanted:
            continue
        if held:
            yield f'REVOKE ALL ON {kind} {spelled} FROM "{role}"'
        yield f'GRANT {", ".join(sorted(wanted))} ON {kind} {spelled} TO "{role}"'
