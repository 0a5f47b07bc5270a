"""Restores a backup into an empty database, and checks that the database is what was backed up."""

from pathlib import Path
from typing import Any

import psycopg2
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from office import backup


class Command(BaseCommand):
    help = "Restores a dump into the empty database of the settings (SSC_DB_AS=owner), compares, and checks."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dump", type=Path, help="the dump; its manifest is beside it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backup.restore(options["dump"])
        except (backup.BackupRefused, psycopg2.Error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{manifest.total} rows of {len(manifest.rows)} tables are restored.")
        call_command("check_stored", manifest=options["dump"], stdout=self.stdout)
        self.stdout.write("This database sends no mail until you run `manage.py mail_live on`.")
