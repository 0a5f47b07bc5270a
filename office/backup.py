"""Backups: a dump of the whole database with a manifest beside it, and the way back into an empty database.

The dump is in PostgreSQL's custom format. The manifest is a JSON file with the number of rows of every table, counted
in the snapshot that was dumped, the applied migrations, the versions, and the hash of the dump
(docs/decisions/0031-backups.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg2 import extensions, sql

from core import catalogue, clock

FORMAT = 1
DEBIAN = "/usr/lib/postgresql/{major}/bin"  # where Debian has PostgreSQL's programs
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


class BackupRefused(Exception):
    """The backup or the restore would be incomplete or unsafe. The sentence says why, and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup contains."""

    file: str
    sha256: str
    made_at: str
    release: str
    postgres: str
    migrations: list[str]
    rows: dict[str, int] = field(repr=False)
    format: int = FORMAT

    @property
    def total(self) -> int:
        """The number of rows of all tables."""
        return sum(self.rows.values())


def manifest_path(dump: Path) -> Path:
    """Return the path of the manifest of a dump."""
    return dump.with_suffix(".json")


def read_manifest(dump: Path) -> Manifest:
    """Read the manifest beside a dump, and check that the dump is the file that the manifest describes.

    Raises BackupRefused when either file is missing, or when the dump has changed.
    """
    path = manifest_path(dump)
    for needed in (dump, path):
        if not needed.is_file():
            raise BackupRefused(f"{needed} is missing: a backup is a dump and the manifest beside it.")
    written = json.loads(path.read_text())
    if written.get("format") != FORMAT:
        raise BackupRefused(f"{path} was written by another version of the portal: restore it with that one.")
    manifest = Manifest(**written)
    if _sha256(dump) != manifest.sha256:
        raise BackupRefused(
            f"{dump} is not the file that was backed up: its hash differs. Take another copy."
        )
    return manifest


# ---------------------------------------------------------------- Making a backup


def make(folder: Path) -> tuple[Path, Manifest]:
    """Back up the database into the folder and return the dump's path and its manifest.

    The files can be read by this account only. Files appear under their names when they are complete.
    Raises BackupRefused when the role does not see every row, when pg_dump is missing, or when pg_dump fails.
    """
    url = settings.BACKUP_DATABASE_URL
    if not url:
        raise BackupRefused(
            "SSC_BACKUP_URL is not set: give the address of the role that sees every row (docs/operations.md)."
        )
    with closing(catalogue.connect(url)) as opened:
        _demand_all_rows(opened)
        opened.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with opened.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone() or ("",)
            rows, migrations = _counted(cursor), _column(cursor, _MIGRATIONS)
            postgres = _column(cursor, "SHOW server_version")[0]
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            dump = folder / f"ssc-{clock.now():%Y-%m-%dT%H%M%SZ}.dump"
            unfinished = dump.with_suffix(".unfinished")
            try:
                _run(
                    "pg_dump",
                    opened,
                    url,
                    "--format=custom",
                    f"--snapshot={snapshot}",
                    f"--file={unfinished}",
                )
                _demand_content(unfinished, set(rows), opened)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    unfinished.chmod(0o600)
    manifest = Manifest(
        file=dump.name,
        sha256=_sha256(unfinished),
        made_at=clock.now().isoformat(timespec="seconds"),
        release=settings.RELEASE,
        postgres=postgres,
        migrations=migrations,
        rows=rows,
    )
    path = manifest_path(dump)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
    unfinished.replace(dump)
    return dump, manifest


def _demand_all_rows(opened: extensions.connection) -> None:
    """Raise BackupRefused when row level security would hide rows from this role: the dump would be almost empty."""
    with opened.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        role, sees_all = cursor.fetchone() or ("", False)
        if not sees_all:
            raise BackupRefused(
                f"The role {role} does not see every row: row level security hides the groups' rows from it. "
                "Set SSC_BACKUP_URL to a role with BYPASSRLS (docs/operations.md)."
            )
    opened.rollback()


def _demand_content(dump: Path, tables: set[str], opened: extensions.connection) -> None:
    """Raise BackupRefused when the dump cannot be read, or lacks the rows of a table."""
    listed = _call([_program("pg_restore", opened), "--list", str(dump)], {})
    found = set(re.findall(r"^\d+; \d+ \d+ TABLE DATA public (\S+)", listed, re.MULTILINE))
    if missing := sorted(tables - found):
        raise BackupRefused(f"The dump lacks the rows of {', '.join(missing)}.")


def _counted(cursor: extensions.cursor) -> dict[str, int]:
    rows = {}
    for table in _column(cursor, _TABLES):
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        (rows[table],) = cursor.fetchone() or (0,)
    return rows


def _column(cursor: extensions.cursor, statement: str) -> list[str]:
    cursor.execute(statement)
    return [str(value) for (value,) in cursor.fetchall()]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- Restoring


def restore(dump: Path) -> Manifest:
    """Restore a backup into the database of the settings, all or nothing. Return the manifest.

    Everything belongs to the connected role afterwards, which must be the owner of the database. Raises BackupRefused
    when the connection is not the owner's, when the database is not empty, when the run-time role is missing, when the
    backup is of newer code, or when pg_restore fails.
    """
    manifest = read_manifest(dump)
    if not settings.AS_OWNER:
        raise BackupRefused("Restore as the owner of the database: set SSC_DB_AS=owner.")
    unknown = sorted(set(manifest.migrations) - _known_migrations())
    if unknown:
        raise BackupRefused(
            f"The backup is of release {manifest.release}, which is newer than this code: {unknown[0]} is unknown."
        )
    url = settings.OWNER_DATABASE_URL
    with closing(catalogue.connect(url)) as opened:
        with opened.cursor() as cursor:
            if _column(cursor, _TABLES):
                raise BackupRefused(
                    f"The database {opened.info.dbname} has tables: restore into an empty database only."
                )
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [settings.RUNTIME_ROLE])
            if cursor.fetchone() is None:
                raise BackupRefused(
                    f"There is no role {settings.RUNTIME_ROLE}: run deploy/postgres/roles.sql first."
                )
        opened.rollback()
        name = opened.info.dbname
        options = ("--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={name}")
        _run("pg_restore", opened, url, *options, str(dump))
    return manifest


def _known_migrations() -> set[str]:
    loader = MigrationLoader(None)
    replaced = {key for one in loader.disk_migrations.values() for key in one.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def rows_that_differ(manifest: Manifest) -> list[str]:
    """Compare the tables of the connected database with a manifest. Run this in a scope that reads all groups."""
    with transaction.atomic(), connection.cursor() as cursor:
        present = _counted(cursor)
    return [
        f"{table}: {present.get(table, 'no table')} rows, and {manifest.rows.get(table, 'no table')} in the backup"
        for table in sorted(present.keys() | manifest.rows.keys())
        if present.get(table) != manifest.rows.get(table)
    ]


# ---------------------------------------------------------------- PostgreSQL's programs


def _run(name: str, opened: extensions.connection, url: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on the database at `url`. The password stays off the command line."""
    _call([_program(name, opened), "--no-password", *options], catalogue.variables(url))


def _call(argv: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupRefused(f"{Path(argv[0]).name} failed. It said: {done.stderr.strip()[-600:]}")
    return done.stdout


def _program(name: str, opened: extensions.connection) -> str:
    """Return the path of pg_dump or pg_restore: of the server's version or a newer one.

    Raises BackupRefused when this machine has none.
    """
    wanted = opened.server_version // 10000
    places = [settings.POSTGRES_PROGRAMS] if settings.POSTGRES_PROGRAMS else []
    places.append(DEBIAN.format(major=wanted))
    if found := shutil.which(name):
        places.append(str(Path(found).parent))
    for place in places:
        program = Path(place) / name
        if program.is_file() and _major(program) >= wanted:
            return str(program)
    raise BackupRefused(
        f"There is no {name} of PostgreSQL {wanted} or newer here: install postgresql-client-{wanted}, or name its "
        "folder in SSC_PG_BIN."
    )


def _major(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0
