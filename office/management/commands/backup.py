"""Backs up the whole database into a folder: a dump, and a manifest that says what the dump contains."""

from pathlib import Path
from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandError, CommandParser

from office import backup


class Command(BaseCommand):
    help = (
        "Writes a dump of the database and a manifest beside it. SSC_BACKUP_URL names a role with BYPASSRLS."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="the folder for the two files, which only this account can read"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            dump, manifest = backup.make(options["folder"])
        except (backup.BackupRefused, psycopg2.Error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{dump}: {manifest.total} rows of {len(manifest.rows)} tables.")
