"""Each `migrate` sets the database's policies, marks and rights as core.tenancy declares, and changes no others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core import scope, tenancy
from tests import factories
from tests.pg.owner import as_owner
from tests.repository import catalogue

ROLE = settings.RUNTIME_ROLE
# How policies were written before each command had its own.
EARLIER = """CASE current_setting('app.scope', true) WHEN '*' THEN true WHEN 'read' THEN {read} WHEN '' THEN false
             ELSE group_id = current_setting('app.scope', true)::bigint END"""


@pytest.fixture
def owner(db) -> Iterator[None]:
    """The test works as the owner of the tables, in a transaction that is rolled back."""
    with as_owner():
        yield


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def without_policies(table: str) -> None:
    for name, policy, *_ in catalogue.described()["policies"]:
        if name == table:
            execute(f"DROP POLICY {policy} ON {table}")


def as_just_created() -> None:
    """What migrations leave in an empty database: tables and keys, and nothing else."""
    for table in catalogue.tenant_tables():
        without_policies(table)
        execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    for table in tenancy.append_only_tables():
        execute(f"COMMENT ON TABLE {table} IS NULL")
    execute(
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {ROLE}",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {ROLE}",
    )


def as_the_first_version_left_it() -> None:
    """Policies in their first form, and event tables known by their name only."""
    for table in catalogue.tenant_tables():
        without_policies(table)
        write = EARLIER.format(read="false")
        execute(
            f"CREATE POLICY tenant_read ON {table} FOR SELECT USING ({EARLIER.format(read='true')})",
            f"CREATE POLICY tenant_write ON {table} FOR ALL USING ({write}) WITH CHECK ({write})",
        )
    for table in tenancy.append_only_tables():
        if table.endswith("event"):
            execute(f"COMMENT ON TABLE {table} IS NULL")


@pytest.mark.parametrize("state", [as_just_created, as_the_first_version_left_it])
def test_an_empty_database_and_one_of_a_former_version_end_in_the_same_catalogue(
    owner, state: Callable[[], None]
):
    wanted = catalogue.described()
    assert all(wanted.values())
    state()
    assert catalogue.described() != wanted
    migrate()
    assert catalogue.described() == wanted


@pytest.mark.parametrize(
    "planted",
    [
        "ALTER POLICY tenant_read ON reporting_report USING (true)",
        "ALTER POLICY tenant_change ON reporting_report WITH CHECK (true)",
        "ALTER POLICY tenant_delete ON reporting_report TO CURRENT_USER",
        "CREATE POLICY everybody ON reporting_report USING (true)",
        "CREATE POLICY tenant_groupless ON reporting_report FOR INSERT WITH CHECK (group_id IS NULL)",
        "DROP POLICY tenant_add ON members_membership",
        "DROP POLICY tenant_groupless ON core_auditentry",
        "ALTER TABLE groups_appointment DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE groups_appointment NO FORCE ROW LEVEL SECURITY",
        "COMMENT ON TABLE core_auditentry IS NULL",
        "COMMENT ON TABLE reporting_report IS 'append-only'",
        f"GRANT UPDATE ON core_auditentry TO {ROLE}",
        f"GRANT UPDATE (verb) ON core_auditentry TO {ROLE}",
        f"GRANT TRUNCATE ON groups_group TO {ROLE}",
        f"GRANT SELECT ON groups_group TO {ROLE} WITH GRANT OPTION",
        f"REVOKE SELECT ON groups_group FROM {ROLE}",
        f"GRANT UPDATE ON SEQUENCE groups_group_id_seq TO {ROLE}",
        f"REVOKE EXECUTE ON FUNCTION members_handshake_moves() FROM {ROLE}",
        f"GRANT CREATE ON SCHEMA public TO {ROLE}",
        f"GRANT INSERT ON reporting_reportevent TO {ROLE}",
        "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
        "ALTER TABLE reporting_report DISABLE TRIGGER reporting_report_moves",
        "DROP TRIGGER members_membership_two_wills ON members_membership",
        "CREATE OR REPLACE FUNCTION accounts_user_power() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION reporting_report_moves() RESET search_path",
        "ALTER FUNCTION reporting_report_moves() SECURITY DEFINER",
    ],
)
def test_what_was_changed_by_hand_is_put_right_by_the_next_migrate(owner, planted):
    wanted = catalogue.described()
    execute(planted.format(database=connection.ops.quote_name(connection.settings_dict["NAME"])))
    assert catalogue.described() != wanted
    migrate()
    assert catalogue.described() == wanted


def test_a_policy_that_let_everybody_read_is_closed_again(group, other_group):
    for place in (group, other_group):
        factories.appoint(place, factories.make_person("Leader", place.slug), "chair")

    def groups_read() -> set[int]:
        with scope.group_scope(group), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT group_id FROM groups_appointment")
            return {pk for (pk,) in cursor.fetchall()}

    with as_owner():
        execute("ALTER POLICY tenant_read ON groups_appointment USING (true)")
    assert groups_read() == {group.pk, other_group.pk}
    with as_owner():
        migrate()
    assert groups_read() == {group.pk}


def test_only_what_differs_is_changed(owner):
    assert tenancy.lay(connection) == []
    execute(
        "ALTER POLICY tenant_read ON reporting_report USING (true)",
        "COMMENT ON TABLE core_auditentry IS NULL",
    )
    done = tenancy.lay(connection)
    assert [statement.partition(" USING ")[0] for statement in done] == [
        'DROP POLICY "tenant_read" ON "reporting_report"',
        'CREATE POLICY tenant_read ON "reporting_report" FOR SELECT',
        "COMMENT ON TABLE \"core_auditentry\" IS 'append-only'",
    ]
    assert tenancy.lay(connection) == []


def test_policies_and_rights_change_together_or_not_at_all(owner):
    execute(
        "ALTER POLICY tenant_read ON reporting_report USING (true)",
        f"REVOKE SELECT ON groups_group FROM {ROLE}",
    )
    planted = catalogue.described()
    seen = []

    def fail_at_the_last_grant(run, sql, params, many, context):
        seen.append(sql)
        if sql.startswith("GRANT"):
            raise InterruptedError
        return run(sql, params, many, context)

    with connection.execute_wrapper(fail_at_the_last_grant), pytest.raises(InterruptedError):
        tenancy.lay(connection)
    assert any(sql.startswith('CREATE POLICY tenant_read ON "reporting_report"') for sql in seen)
    assert catalogue.described() == planted


@pytest.mark.django_db(transaction=True)
def test_a_running_process_meets_the_former_state_or_the_new_one_and_nothing_between():
    """A second connection looks after each statement of `lay`.

    It reads plain columns: what PostgreSQL spells out of a locked table's policies would be read after the lock only.
    """
    second, seen = connection.copy(), []

    def committed() -> list[tuple]:
        with second.cursor() as cursor:
            cursor.execute(
                """SELECT c.relname, c.relrowsecurity, c.relacl::text,
                          ARRAY(SELECT p.polname || p.polqual::text
                                FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1)
                   FROM pg_class c
                   WHERE c.relname IN ('core_auditentry', 'groups_appointment', 'reporting_report') ORDER BY 1"""
            )
            return cursor.fetchall()

    def look_from_outside(run, sql, params, many, context):
        answer = run(sql, params, many, context)
        seen.append(committed())
        return answer

    with second.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
    wanted = committed()
    with as_owner():
        try:
            execute(
                "ALTER POLICY tenant_read ON reporting_report USING (true)",
                "ALTER TABLE groups_appointment DISABLE ROW LEVEL SECURITY",
                f"GRANT UPDATE ON core_auditentry TO {ROLE}",
            )
            planted = committed()
            with connection.execute_wrapper(look_from_outside):
                done = tenancy.lay(connection)
        finally:
            tenancy.lay(connection)
        assert len(done) == 5
        assert len(seen) > len(done)
        assert all(state == planted for state in seen)
        assert [row[:2] for row in committed()] == [row[:2] for row in wanted]
        assert committed() != planted
    second.close()


RIGHTS_SEEN = """SELECT has_table_privilege(%s, 'groups_group', 'SELECT'),
                        has_table_privilege(%s, 'core_auditentry', 'DELETE')"""


@contextmanager
def reader_in_a_loop() -> Iterator[set[tuple[bool, bool]]]:
    """Another connection asks again and again for two rights of the run-time role: to read, and to delete the trail."""
    seen: set[tuple[bool, bool]] = set()
    stop, asked = threading.Event(), threading.Event()

    def read() -> None:
        other = connection.copy()
        with other.cursor() as cursor:
            while not stop.is_set():
                cursor.execute(RIGHTS_SEEN, [ROLE, ROLE])
                seen.add(cursor.fetchone())
                asked.set()
        other.close()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert asked.wait(timeout=20)
        yield seen
    finally:
        stop.set()
        thread.join(timeout=20)


def take_all_and_give_back() -> None:
    """How rights were set once: each statement in a transaction of its own."""
    execute(
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"REVOKE UPDATE, DELETE ON core_auditentry FROM {ROLE}",
    )


@pytest.mark.django_db(transaction=True)
def test_a_parallel_reader_never_meets_a_gap_in_rights_while_migrate_sets_them():
    with as_owner():
        try:
            with reader_in_a_loop() as seen:
                for _turn in range(3):
                    execute(f"GRANT TRUNCATE ON groups_group, core_auditentry TO {ROLE}")
                    migrate()
            assert seen == {(True, False)}
            with reader_in_a_loop() as seen:  # the control
                for _turn in range(20):
                    take_all_and_give_back()
            assert len(seen) > 1
        finally:
            tenancy.lay(connection)


@pytest.mark.django_db
def test_a_connection_of_the_run_time_role_changes_nothing():
    with as_owner():
        execute("COMMENT ON TABLE core_auditentry IS NULL")
    assert tenancy.lay(connection) == []
    with as_owner():  # the control: the owner finds what differs
        assert len(tenancy.lay(connection)) == 1


@pytest.mark.django_db
def test_the_models_declare_every_tenant_table_that_the_database_has():
    assert [table.name for table in tenancy.tenant_tables()] == catalogue.tenant_tables()
    assert [table.name for table in tenancy.tenant_tables() if table.groupless] == ["core_auditentry"]


def test_a_new_table_is_out_of_reach_until_the_end_of_migrate(owner):
    def reachable() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'planted', 'SELECT')", [ROLE])
            return cursor.fetchone()[0]

    execute("CREATE TABLE planted (id bigint PRIMARY KEY)")
    assert not reachable()
    migrate()
    assert reachable()


def test_a_declared_table_that_is_not_there_yet_is_left_out(owner, monkeypatch):
    """As after `migrate APP`, when tables of other apps come later."""
    later = [tenancy.TenantTable("later", groupless=False), *tenancy.tenant_tables()]
    monkeypatch.setattr(tenancy, "tenant_tables", lambda: later)
    execute("ALTER TABLE groups_appointment NO FORCE ROW LEVEL SECURITY")
    assert tenancy.lay(connection) == [
        'ALTER TABLE "groups_appointment" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
    ]
