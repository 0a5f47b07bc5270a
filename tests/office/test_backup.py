"""Backups are whole or refused, and each fault in a restored database is found."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import catalogue, scope
from members.models import Membership
from office import backup, integrity
from tests import factories
from tests.pg.owner import as_owner

ROLE = django_settings.RUNTIME_ROLE


# ---------------------------------------------------------------- What guards the data


@pytest.fixture
def declared(db) -> catalogue.Described:
    """The sound test database, described before a test changes something. `migrate` has made it as well."""
    with connection.cursor() as cursor:
        return catalogue.described(cursor)


def found(declared: catalogue.Described) -> list[str]:
    with connection.cursor() as cursor:
        return [str(one) for one in catalogue.differences(catalogue.described(cursor), declared)]


@pytest.mark.django_db
def test_every_kind_of_guard_is_described(declared):
    assert found(declared) == []
    assert {kind for kind, _name in declared} == set(catalogue._DESCRIPTIONS)


PLANTED = {
    "ALTER TABLE reporting_report DISABLE TRIGGER USER": "trigger reporting_report: ",
    "DROP TRIGGER {append_only} ON groups_appointmentevent": (
        "trigger groups_appointmentevent: {append_only} is missing"
    ),
    "ALTER POLICY tenant_read ON reporting_report USING (true)": "policy reporting_report: tenant_read differs",
    "CREATE POLICY open ON reporting_report USING (true)": "policy reporting_report: open is not declared",
    "DROP POLICY tenant_read ON members_membership": "policy members_membership: tenant_read is missing",
    "ALTER TABLE groups_appointment NO FORCE ROW LEVEL SECURITY": "table groups_appointment differs",
    "ALTER TABLE core_outgoingmail DROP CONSTRAINT mail_sent_has_its_moment": (
        "constraint core_outgoingmail: mail_sent_has_its_moment is missing"
    ),
    "DROP INDEX mail_waiting": "index mail_waiting is missing",
    "ALTER TABLE core_outgoingmail ALTER COLUMN subject DROP NOT NULL": "column core_outgoingmail.subject differs",
    f"GRANT UPDATE ON core_auditentry TO {ROLE}": "rights core_auditentry differs",
    f"GRANT UPDATE (verb) ON core_auditentry TO {ROLE}": "rights core_auditentry.verb is not declared",
    "GRANT SELECT ON accounts_user TO PUBLIC": "rights accounts_user differs",
    (
        "CREATE OR REPLACE FUNCTION members_handshake_moves() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ): "function members_handshake_moves() differs",
    "CREATE TABLE planted (id bigint, group_id bigint)": "table planted is not declared",
}


@pytest.mark.django_db
@pytest.mark.parametrize("planted", PLANTED)
def test_a_guard_that_was_changed_is_found(declared, planted):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'groups_appointmentevent'::regclass AND NOT tgisinternal"
        )
        names = {"append_only": cursor.fetchone()[0]}
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(planted.replace("{append_only}", f'"{names["append_only"]}"'))
        assert any(one.startswith(PLANTED[planted].format(**names)) for one in found(declared))


def test_a_condition_with_a_list_of_words_is_spelled_alike_before_and_after_a_restore():
    """As PostgreSQL 18 spelled one condition; another word, or another meaning, still differs."""
    before = "CHECK (((state)::text = ANY ((ARRAY['sent'::character varying, 'it''s'::character varying])::text[])))"
    after = (
        "CHECK (((state)::text = ANY (ARRAY[('sent'::character varying)::text,"
        " ('it''s'::character varying)::text])))"
    )
    assert catalogue.spelled_alike(before) == catalogue.spelled_alike(after)
    assert catalogue.spelled_alike(before) != catalogue.spelled_alike(after.replace("sent", "draft"))
    assert catalogue.spelled_alike(before) != catalogue.spelled_alike(after.replace("ANY", "ALL"))


@pytest.mark.django_db
def test_the_command_tells_of_a_changed_guard_and_ends_with_1(cast):
    """The whole way, with a database of its own to compare with."""
    out = io.StringIO()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER POLICY tenant_read ON reporting_report USING (true)")
    with pytest.raises(CommandError, match="1 things are not as they should be"):
        call_command("check_stored", stdout=out)
    assert "FAIL Tables, policies, triggers, constraints and rights" in out.getvalue()
    assert "policy reporting_report: tenant_read differs: " in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'ssc_declared%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_comparison_is_never_left_out_silently(settings):
    settings.OWNER_DATABASE_URL = ""
    with pytest.raises(CommandError, match="SSC_DATABASE_OWNER_URL is not set"):
        call_command("check_stored")
    out = io.StringIO()
    call_command("check_stored", data_only=True, stdout=out)
    assert "not compared" in out.getvalue()


@pytest.mark.django_db
def test_a_run_time_role_with_too_much_power_is_found(settings):
    assert integrity.run_time_role_too_strong() == []
    settings.RUNTIME_ROLE = "ssc_owner"
    assert integrity.run_time_role_too_strong() == ["ssc_owner is a member of the owner's role"]
    settings.RUNTIME_ROLE = "ssc_backup"
    assert integrity.run_time_role_too_strong() == ["ssc_backup has BYPASSRLS"]
    settings.RUNTIME_ROLE = "nobody_at_all"
    assert integrity.run_time_role_too_strong() == ["the role nobody_at_all is missing"]


# ---------------------------------------------------------------- Making a backup


def here(variable: str) -> str:
    """A role's address in the test's own database."""
    return urlsplit(os.environ[variable])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture
def filled(transactional_db, group, settings) -> Iterator[int]:
    """The number of committed memberships. Backups connect on their own, so they see only what is committed."""
    settings.BACKUP_DATABASE_URL = here("SSC_BACKUP_URL")
    for number in range(3):
        factories.make_member(group, factories.make_person("Member", str(number)))
    with scope.read_everywhere("checks"):
        yield Membership.objects.count()


def test_a_backup_contains_every_row_and_says_how_many(filled, tmp_path):
    out = io.StringIO()
    call_command("backup", tmp_path / "new", stdout=out)
    (dump,), (path,) = (list((tmp_path / "new").glob(f"*.{kind}")) for kind in ("dump", "json"))
    manifest = backup.read_manifest(dump)
    assert manifest.rows["members_membership"] == filled == 3
    assert out.getvalue() == f"{dump}: {manifest.total} rows of {len(manifest.rows)} tables.\n"
    assert "core.0009_operations" in manifest.migrations
    assert [file.stat().st_mode & 0o077 for file in (dump, path)] == [0, 0]
    assert rows_in(dump, "members_membership") == 3


def rows_in(dump: Path, table: str) -> int:
    """Rows of a table in a dump, counted by pg_restore."""
    argv = [
        f"{django_settings.POSTGRES_PROGRAMS}/pg_restore",
        "--data-only",
        f"--table={table}",
        "--file=-",
        str(dump),
    ]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    copied = text.split(f"COPY public.{table} ")[1].split("\n", 1)[1].split("\\.")[0]
    return len(copied.splitlines())


def test_a_role_that_does_not_see_every_row_is_refused(filled, tmp_path, settings):
    settings.BACKUP_DATABASE_URL = here("SSC_DATABASE_OWNER_URL")
    with pytest.raises(CommandError, match=r"ssc_owner does not see every row.*BYPASSRLS"):
        call_command("backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_that_role_would_have_made_an_empty_backup(filled, tmp_path):
    """The control: pg_dump itself ends with 0."""
    dump, env = tmp_path / "empty.dump", catalogue.variables(here("SSC_DATABASE_OWNER_URL"))
    argv = [
        f"{django_settings.POSTGRES_PROGRAMS}/pg_dump",
        "--enable-row-security",
        "--format=custom",
        f"--file={dump}",
    ]
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rows_in(dump, "members_membership") == 0 < filled


def test_a_backup_that_fails_leaves_no_file(filled, tmp_path, settings):
    settings.POSTGRES_PROGRAMS = str(tmp_path)
    program = tmp_path / "pg_dump"
    program.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99' && exit\necho 'no space' >&2; exit 1\n"
    )
    program.chmod(0o755)
    with pytest.raises(CommandError, match=r"pg_dump failed\. It said: no space"):
        call_command("backup", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_pg_dump_older_than_the_server_is_not_used(filled, tmp_path, settings, monkeypatch):
    settings.POSTGRES_PROGRAMS = str(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    program.chmod(0o755)
    opened = catalogue.connect(settings.BACKUP_DATABASE_URL)
    wanted = opened.server_version // 10000
    monkeypatch.setattr(backup, "DEBIAN", str(tmp_path / "{major}"))
    try:
        with pytest.raises(backup.BackupRefused, match=f"no pg_dump of PostgreSQL {wanted} or newer"):
            backup._program("pg_dump", opened)
    finally:
        opened.close()


def test_a_dump_that_lacks_a_table_s_rows_is_refused(filled, tmp_path):
    """As when a table was left out of the dump."""
    dump, env = tmp_path / "part.dump", catalogue.variables(here("SSC_BACKUP_URL"))
    argv = [f"{django_settings.POSTGRES_PROGRAMS}/pg_dump", "--format=custom", f"--file={dump}"]
    argv.append("--exclude-table-data=members_membership")
    subprocess.run(argv, env={**os.environ, **env}, check=True)
    opened = catalogue.connect(here("SSC_BACKUP_URL"))
    try:
        with pytest.raises(backup.BackupRefused, match="lacks the rows of members_membership"):
            backup._demand_content(dump, {"members_membership", "reporting_report"}, opened)
    finally:
        opened.close()


def test_a_backup_without_an_address_is_refused_in_a_sentence(settings, tmp_path):
    settings.BACKUP_DATABASE_URL = ""
    with pytest.raises(CommandError, match="SSC_BACKUP_URL is not set"):
        call_command("backup", tmp_path)


# ---------------------------------------------------------------- Restoring: what is refused


def test_a_changed_or_incomplete_backup_is_refused(filled, tmp_path):
    dump, _manifest = backup.make(tmp_path)
    with dump.open("ab") as file:
        file.write(b"x")
    with pytest.raises(CommandError, match="is not the file that was backed up"):
        call_command("restore", dump)
    backup.manifest_path(dump).unlink()
    with pytest.raises(CommandError, match="is missing: a backup is a dump and the manifest beside it"):
        call_command("restore", dump)


def test_only_the_owner_restores_and_only_what_this_code_knows(filled, tmp_path, settings):
    dump, _manifest = backup.make(tmp_path)
    with pytest.raises(CommandError, match="set SSC_DB_AS=owner"):
        call_command("restore", dump)
    settings.AS_OWNER = True
    settings.OWNER_DATABASE_URL = here("SSC_DATABASE_OWNER_URL")
    with pytest.raises(CommandError, match="has tables: restore into an empty database only"):
        call_command("restore", dump)
    path = backup.manifest_path(dump)
    written = json.loads(path.read_text())
    path.write_text(json.dumps({**written, "migrations": [*written["migrations"], "core.9999_of_tomorrow"]}))
    with pytest.raises(CommandError, match=r"newer than this code: core\.9999_of_tomorrow is unknown"):
        call_command("restore", dump)


def test_lost_rows_are_found_by_comparing_with_the_manifest(filled, tmp_path):
    _dump, manifest = backup.make(tmp_path)
    with scope.read_everywhere("checks"):
        assert backup.rows_that_differ(manifest) == []
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.scope = '*'")
            cursor.execute("ALTER TABLE members_membership DISABLE ROW LEVEL SECURITY")
            cursor.execute("ALTER TABLE members_membership DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM members_membership")
            cursor.execute("CREATE TABLE planted (id bigint)")
            cursor.execute(f"GRANT SELECT ON planted TO {ROLE}")
        with scope.read_everywhere("checks"):
            assert backup.rows_that_differ(manifest) == [
                "members_membership: 0 rows, and 3 in the backup",
                "planted: 0 rows, and no table in the backup",
            ]
        transaction.set_rollback(True)
