"""A migration never changes its meaning, and processes of the former version survive it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelTable,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunSQL,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import BigAutoField, CharField, Field, IntegerField

ROOT = Path(__file__).resolve().parents[2]
APPS = {path.parent.name for path in ROOT.glob("*/apps.py")}
# Django writes the moment of a default into migrations as the function that tells it.
NAMED_BY_DJANGO = {"core.clock"}


def live_imports(source: str) -> set[str]:
    """Modules of ours that a migration imports, frozen history aside."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    ours = {name for name in found if name.partition(".")[0] in APPS} - NAMED_BY_DJANGO
    return {name for name in ours if ".migrations._" not in name}


def test_migrations_import_no_live_code():
    paths = [path for app in APPS for path in (ROOT / app / "migrations").glob("*.py")]
    assert len(paths) > 15
    assert {
        str(path.relative_to(ROOT)): found for path in paths if (found := live_imports(path.read_text()))
    } == {}


def test_a_migration_that_imports_live_code_is_found():
    planted = "from core.migrations._tenancy_2026 import same_group\nfrom core.tenancy import lay\nimport core.clock\n"
    assert live_imports(planted) == {"core.tenancy"}


# ---------------------------------------------------------------- What the former version survives

# Columns that were added without a default and got one later (the migrations `defaults_in_the_database` and others).
SETTLED = {
    ("accounts", "0002_optional_mail"),
    ("core", "0003_mail_unfinished"),
    ("core", "0005_mail_holds_secret"),
    ("duties", "0003_reminder_mail_key"),
    ("members", "0004_one_membership_at_a_time"),
}
# Second steps: columns and tables that no process uses any more. The value says since when.
SECOND_STEPS = {("core", "0007_audit_channel", "way"): "before the first version that was released"}
TAKES_AWAY = re.compile(r"\b(DROP\s+(COLUMN|TABLE)|RENAME\s+(COLUMN\s+)?\w+\s+TO)\b", re.IGNORECASE)


def needs_a_default(field: Field) -> bool:
    """Whether a row that does not name the new column is refused."""
    return not (
        field.null or field.has_db_default() or field.many_to_many or field.primary_key or field.generated
    )


def breaks_former_code(app: str, operation: Operation, state: ProjectState) -> tuple[str, str] | None:
    """Return what breaks the statements of the former version, as (column or table, reason); None when nothing does."""
    if isinstance(operation, AddField) and needs_a_default(operation.field):
        return operation.name, "is new, NOT NULL and has no db_default"
    if isinstance(operation, AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        if before.null and needs_a_default(operation.field):
            return operation.name, "becomes NOT NULL and has no db_default"
        if (before.max_length or 0) > (operation.field.max_length or before.max_length or 0):
            return operation.name, "becomes shorter"
    if isinstance(operation, RenameField):
        return operation.old_name, "gets another name"
    if isinstance(operation, RemoveField):
        return operation.name, "is taken away"
    if isinstance(operation, (DeleteModel, RenameModel, AlterModelTable)):
        return getattr(operation, "name", None) or operation.old_name, "is taken away or gets another name"
    if isinstance(operation, RunSQL) and TAKES_AWAY.search(str(operation.sql)):
        return "SQL", "takes a column or a table away"
    return None


def faults(app: str, name: str, operations: list, state: ProjectState) -> list[str]:
    """What in a migration breaks former code, with the exceptions above left out. The state moves along."""
    found = []
    for operation in operations:
        fault = breaks_former_code(app, operation, state)
        if fault and not ((app, name) in SETTLED and isinstance(operation, AddField)):
            column, reason = fault
            if (app, name, column) not in SECOND_STEPS:
                found.append(f"{app} {name}: {column} {reason}")
        operation.state_forwards(app, state)
    return found


def test_former_code_survives_every_migration():
    loader = MigrationLoader(None)
    state, found, looked_at = ProjectState(), [], 0
    for app, name in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.graph.nodes[app, name]
        if app in APPS and name != "0001_initial":
            looked_at += 1
            found += faults(app, name, migration.operations, state)
        else:
            migration.mutate_state(state, preserve=False)
    assert looked_at > 15
    assert found == []


PLANTED = ModelState(
    "core", "Thing", [("id", BigAutoField(primary_key=True)), ("old", CharField(max_length=9, null=True))]
)


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (AddField("thing", "new", IntegerField(default=0)), True),
        (AddField("thing", "new", IntegerField(db_default=0)), False),
        (AddField("thing", "new", IntegerField(null=True)), False),
        (AlterField("thing", "old", CharField(max_length=9)), True),
        (AlterField("thing", "old", CharField(max_length=9, db_default="")), False),
        (AlterField("thing", "old", CharField(max_length=5, null=True)), True),
        (AlterField("thing", "old", CharField(max_length=20, null=True)), False),
        (RenameField("thing", "old", "new"), True),
        (RemoveField("thing", "old"), True),
        (DeleteModel("Thing"), True),
        (RunSQL("ALTER TABLE core_thing DROP COLUMN old"), True),
        (RunSQL("UPDATE core_thing SET old = ''"), False),
    ],
)
def test_a_migration_that_breaks_former_code_is_found(operation, breaks):
    state = ProjectState()
    state.add_model(PLANTED.clone())
    assert bool(faults("core", "planted", [operation], state)) is breaks


SHOW = """
import django
django.setup()
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SHOW lock_timeout")
    print(cursor.fetchone()[0])
"""


def test_a_migration_waits_no_longer_than_a_few_seconds_for_a_lock():
    env = {**os.environ, "SSC_DB_AS": "owner", "DJANGO_SETTINGS_MODULE": "sscportal.settings.demo"}
    argv = [sys.executable, "-c", SHOW]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("2s", 0), done.stderr


def lone_scopes(operations: Sequence[Operation]) -> list[str]:
    """Statements that set the scope and do nothing else. The backend sets it anew before the next statement."""
    alone = re.compile(r"^\s*SELECT set_config\('app\.scope', '\*', true\)\s*;?\s*$")
    found = []
    for operation in operations:
        if isinstance(operation, RunSQL):
            statements = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
            found += [str(one) for one in statements if alone.match(str(one))]
    return found


def test_a_migration_sets_the_scope_in_the_message_that_needs_it():
    loader = MigrationLoader(None)
    assert {
        name: alone
        for name, migration in loader.disk_migrations.items()
        if (alone := lone_scopes(migration.operations))
    } == {}
    planted = RunSQL(["SELECT set_config('app.scope', '*', true)", "UPDATE members_handshake SET email = ''"])
    assert lone_scopes([planted]) == ["SELECT set_config('app.scope', '*', true)"]
