"""A group is a tenant: the ORM and the database limit what a group's scope can read and write."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django_scopes.exceptions import ScopeError

from core import audit, scope
from core.models import AuditEntry, TenantModel
from groups.models import Group
from reporting.models import Report
from tests import factories
from tests.factories import everything
from tests.pg.owner import as_owner
from tests.repository import catalogue

TABLE_WITHOUT_POLICY = (
    "CREATE TABLE planted (id bigint PRIMARY KEY, group_id bigint REFERENCES groups_group (id))"
)


@pytest.fixture
def two_groups(group, other_group) -> tuple[Group, Group]:
    """Two groups, each with a row in every tenant table."""
    for place in (group, other_group):
        leader, member = (
            factories.make_person("Leader", place.slug),
            factories.make_person("Member", place.slug),
        )
        factories.appoint(place, leader, "chair")
        everything.fill(place, leader, member)
    return group, other_group


def without_guards(table: str) -> None:
    """Switch the table's guards off for the test, so that what lies behind them can be seen."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def count(table: str, where: str = "true", *values: Any) -> int:
    """Rows that raw SQL sees, with no filter of ours."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", values)
        return cursor.fetchone()[0]


def refusal(sql: str, *values: Any) -> str:
    """What the database says to a statement, or '' when it accepts it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError as error:
        return str(error)
    return ""


# ---------------------------------------------------------------- The catalogue


@pytest.mark.django_db
def test_every_table_with_a_group_has_row_level_security_with_policies_forced_on_its_owner():
    assert len(catalogue.tenant_tables()) >= 25
    assert catalogue.unguarded_tables() == []


@pytest.mark.django_db
def test_a_planted_table_without_policy_is_found():
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(TABLE_WITHOUT_POLICY)
        assert catalogue.unguarded_tables() == ["planted"]
        with connection.cursor() as cursor:  # switched on, and still nothing says who reads
            cursor.execute("ALTER TABLE planted ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        assert catalogue.unguarded_tables() == ["planted"]


@pytest.mark.django_db
def test_every_tenant_model_and_every_model_that_names_a_group_is_among_those_tables():
    tables = set(catalogue.tenant_tables())
    named = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        or any(field.name == "group" and field.related_model is Group for field in model._meta.fields)
    }
    assert named
    assert named - tables == set()


@pytest.mark.django_db
def test_every_model_that_names_a_group_refuses_queries_outside_a_scope():
    models: list[Any] = [
        model
        for model in apps.get_models()
        if any(field.name == "group" and field.related_model is Group for field in model._meta.fields)
        and not hasattr(model, "pgh_tracked_model")
    ]
    assert len(models) >= 15
    for model in models:
        with pytest.raises(ScopeError):
            model.objects.count()


@pytest.mark.django_db
def test_every_key_between_two_tenant_tables_carries_the_group_along():
    assert catalogue.crossing_keys() == []


@pytest.mark.django_db
def test_no_table_without_a_group_hangs_below_a_tenant_table():
    assert catalogue.stray_children() == []


@pytest.mark.django_db
def test_a_planted_child_that_could_point_across_groups_is_found():
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(TABLE_WITHOUT_POLICY)
        cursor.execute("ALTER TABLE planted ADD COLUMN report_id bigint REFERENCES reporting_report (id)")
        cursor.execute(
            "CREATE TABLE stray (id bigint PRIMARY KEY, report_id bigint REFERENCES reporting_report (id))"
        )
        assert [key.child for key in catalogue.crossing_keys()] == ["planted"]
        assert [key.child for key in catalogue.stray_children()] == ["stray"]


# ---------------------------------------------------------------- Reading


def test_the_sample_fills_every_tenant_table_of_both_groups(two_groups):
    with scope.read_everywhere("checks"):
        empty = [
            (table, place.slug)
            for table in catalogue.tenant_tables()
            for place in two_groups
            if not count(table, "group_id = %s", place.pk)
        ]
    assert empty == []


def test_raw_sql_reads_nothing_outside_a_scope(two_groups):
    assert {table: count(table) for table in catalogue.tenant_tables() if count(table)} == {}


def test_raw_sql_inside_a_scope_reads_the_own_group_and_nothing_of_another(two_groups):
    own, other = two_groups
    with scope.group_scope(own):
        for table in catalogue.tenant_tables():
            assert count(table, "group_id = %s", own.pk), table
            assert count(table, "group_id IS DISTINCT FROM %s", own.pk) == 0, table
    with scope.group_scope(other):  # the same connection, the next person
        assert count("reporting_report", "group_id = %s", own.pk) == 0


def test_the_base_manager_inside_a_scope_reads_the_own_group_only(two_groups):
    own, _ = two_groups
    with scope.group_scope(own):
        for model in apps.get_models():
            if issubclass(model, TenantModel):
                assert {row.group_id for row in model._base_manager.all()} == {own.pk}, model


def test_a_scope_inside_another_ends_with_its_block(two_groups):
    own, other = two_groups
    with scope.group_scope(own):
        with scope.group_scope(other):
            assert count("reporting_report", "group_id = %s", other.pk) == 1
        assert count("reporting_report", "group_id = %s", other.pk) == 0
        assert count("reporting_report") == 1
    assert count("reporting_report") == 0


def test_a_scope_lives_through_a_savepoint_that_is_rolled_back(two_groups):
    own, _ = two_groups
    with scope.group_scope(own):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert count("reporting_report", "group_id = %s", own.pk) == 1
    assert count("reporting_report") == 0


# ---------------------------------------------------------------- Writing


def test_rows_for_another_group_are_refused_by_the_database_in_every_tenant_table(two_groups):
    own, other = two_groups
    for table in catalogue.tenant_tables():
        without_guards(table)
    with scope.group_scope(own):
        for table in catalogue.tenant_tables():
            names = catalogue.columns(table)
            values = ", ".join("%s" if name == "group_id" else name for name in names)
            said = refusal(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE group_id = %s LIMIT 1",
                other.pk,
                own.pk,
            )
            # Only triggers write the history; the run-time role has no right to.
            expected = "permission denied" if table.endswith("event") else "row-level security"
            assert expected in said, (table, said)


def test_the_same_row_in_the_own_group_passes_row_level_security(two_groups):
    """The control of the test above: with the own group the refusal is another one, the key that exists already."""
    own, _ = two_groups
    with scope.group_scope(own):
        names = ", ".join(catalogue.columns("reporting_report"))
        said = refusal(f"INSERT INTO reporting_report ({names}) SELECT {names} FROM reporting_report")
    assert "row-level security" not in said
    assert "duplicate key" in said


def test_rows_of_another_group_are_neither_changed_nor_deleted(two_groups):
    own, other = two_groups
    with scope.group_scope(own), connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_report SET extended_why = 'x' WHERE group_id = %s", [other.pk])
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM reporting_reviewcomment WHERE group_id = %s", [other.pk])
        assert cursor.rowcount == 0
        cursor.execute("UPDATE reporting_report SET extended_why = 'x'")
        assert cursor.rowcount == 1


def test_no_row_moves_into_another_group(two_groups):
    own, other = two_groups
    without_guards("reporting_report")
    with scope.group_scope(own):
        said = refusal("UPDATE reporting_report SET group_id = %s", other.pk)
    assert "row-level security" in said


def test_reading_everywhere_writes_nowhere(two_groups):
    with scope.read_everywhere("checks"), connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_report SET extended_why = 'x'")
        assert cursor.rowcount == 0
        assert count("reporting_report") == 2
    with scope.write_everywhere("jobs"), connection.cursor() as cursor:  # the control
        cursor.execute("UPDATE reporting_report SET extended_why = 'x'")
        assert cursor.rowcount == 2


def test_a_child_whose_parent_lies_in_another_group_is_refused(two_groups):
    own, other = two_groups
    keys = [key for key in catalogue.foreign_keys() if key.columns[0] == "group_id" and len(key.columns) == 2]
    assert len(keys) >= 8
    for key in keys:
        without_guards(key.child)
        with scope.write_everywhere("jobs"), as_owner():
            said = refusal(
                f"SET CONSTRAINTS {key.name} IMMEDIATE; UPDATE {key.child} SET group_id = %s "
                f"WHERE group_id = %s AND {key.columns[1]} IS NOT NULL",
                other.pk,
                own.pk,
            )
        # A row that other rows of the group belong to is held back by their key before its own.
        assert key.name in said or "is still referenced" in said, (key, said)


def test_an_act_outside_every_group_is_recorded_and_read_by_no_group(two_groups):
    own, _ = two_groups
    person = factories.make_person()
    audit.record("accounts.address_proved", by=person, about=person)
    with scope.group_scope(own):  # also while the person works inside a group
        audit.record("accounts.address_proved", by=person, about=person)
    with scope.group_scope(own):
        assert not AuditEntry.objects.filter(verb="accounts.address_proved").exists()
    with scope.read_everywhere("checks"):
        assert AuditEntry.objects.filter(verb="accounts.address_proved").count() == 2


# ---------------------------------------------------------------- The run-time role


@pytest.mark.django_db
def test_the_run_time_role_owns_nothing_and_may_not_pass_row_level_security():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_no_table_lets_the_run_time_role_truncate_it():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'TRUNCATE')"""
        )
        assert cursor.fetchall() == []


def test_switching_row_level_security_off_is_not_for_the_run_time_role(two_groups):
    assert "must be owner" in refusal("ALTER TABLE reporting_report DISABLE ROW LEVEL SECURITY")
    assert "must be owner" in refusal("DROP POLICY tenant_read ON reporting_report")
    with scope.group_scope(two_groups[0]):
        assert "row-level security" in refusal("SET LOCAL row_security = off; SELECT * FROM reporting_report")


def test_get_or_create_style_races_end_at_the_constraint(two_groups):
    own, _ = two_groups

    with scope.group_scope(own):
        first = Report.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.create(group=own, reporting_year=first.reporting_year, template=first.template)
