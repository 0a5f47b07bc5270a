"""Processes of the former version go on writing while a release migrates: the newest schema takes their statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from core import scope
from tests import factories
from tests.factories import everything
from tests.pg.owner import as_owner
from tools import former

WRITTEN: dict[str, list[str]] = json.loads((Path(__file__).parent / "former_columns.json").read_text())
WITHOUT_DEFAULT = """
SELECT a.attname FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attnotnull AND d.oid IS NULL AND a.attidentity = '' ORDER BY 1
"""


def execute(sql: str, values: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def lacking(table: str) -> list[str]:
    """Columns that an INSERT must name and that the former version does not know."""
    return [name for (name,) in execute(WITHOUT_DEFAULT, [table]) if name not in WRITTEN[table]]


def written_again(table: str) -> int:
    """Insert, change and read the table's rows in a copy as the former version would; return their number."""
    names = ", ".join(f'"{name}"' for name in WRITTEN[table])
    parts = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY INCLUDING GENERATED"
    execute(f"CREATE TEMPORARY TABLE former (LIKE public.{table} {parts}) ON COMMIT DROP")
    ((count,),) = execute(f"INSERT INTO former ({names}) SELECT {names} FROM public.{table}")
    execute(f"UPDATE former SET ({names}) = ROW({names})")
    execute(f"SELECT {names} FROM former")
    execute("DROP TABLE former")
    return count


@pytest.fixture
def rows(group):
    """A row in every tenant table, and the scope over all groups, as the owner."""
    everything.fill(group, factories.make_person("Leader"), factories.make_person("Member"))
    with as_owner(), scope.write_everywhere("seed"):
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # so that tables can be altered
        yield


def test_each_insert_and_update_of_the_former_version_still_works(rows):
    counts = {}
    for table in WRITTEN:
        assert lacking(table) == [], table
        counts[table] = written_again(table)
    assert len([table for table, count in counts.items() if count]) > 25


def test_a_new_column_without_a_default_is_found(rows):
    execute("ALTER TABLE core_auditentry ADD COLUMN planted int NOT NULL DEFAULT 0")
    assert written_again("core_auditentry") >= 1  # the neighbour
    execute("ALTER TABLE core_auditentry ALTER COLUMN planted DROP DEFAULT")
    assert lacking("core_auditentry") == ["planted"]
    with pytest.raises(DatabaseError, match="planted"), transaction.atomic():
        written_again("core_auditentry")


@pytest.mark.parametrize(
    "planted",
    [
        "ALTER TABLE core_auditentry RENAME COLUMN verb TO word",
        "ALTER TABLE core_auditentry DROP COLUMN detail",
        "ALTER TABLE core_auditentry ADD CONSTRAINT planted CHECK (verb = 'other') NOT VALID",
    ],
)
def test_a_column_that_went_and_a_rule_that_the_former_rows_break_are_found(rows, planted):
    execute(planted)
    with pytest.raises(DatabaseError), transaction.atomic():
        written_again("core_auditentry")


def test_the_record_names_no_table_that_the_code_does_not_know():
    assert set(WRITTEN) <= set(former.columns())
