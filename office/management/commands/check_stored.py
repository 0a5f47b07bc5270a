"""Checks that the stored data is complete and consistent; ends with 1 when a check finds something."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core import catalogue, scope
from office import backup, integrity


class Command(BaseCommand):
    help = "Checks what guards the data, frozen reports, decisions, memberships and mail; changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data-only",
            action="store_true",
            help="leave out the comparison with what the code declares, which needs SSC_DATABASE_OWNER_URL",
        )
        parser.add_argument(
            "--manifest",
            type=Path,
            help="a dump: also compare the number of rows with the manifest beside it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.broken = 0
        manifest = None
        try:
            if options["manifest"]:
                manifest = backup.read_manifest(options["manifest"])
                self.ask("As many rows as in the backup", lambda: backup.rows_that_differ(manifest))
            if options["data_only"]:
                self.stdout.write("--   Tables, policies, triggers, constraints and rights: not compared")
            else:
                self.ask("Migrations of this code", integrity.migrations_missing)
                self.ask("Tables, policies, triggers, constraints and rights", integrity.guards_that_differ)
        except (backup.BackupRefused, catalogue.NotComparable) as error:
            raise CommandError(str(error)) from error
        for title, question in integrity.QUESTIONS.items():
            self.ask(title, question)
        if self.broken:
            raise CommandError(f"{self.broken} things are not as they should be.")

    def ask(self, title: str, question: Callable[[], list[str]]) -> None:
        """Ask one question and write its answers."""
        with transaction.atomic(), scope.read_everywhere("checks"):
            answers = question()
        self.broken += len(answers)
        self.stdout.write(f"{'ok  ' if not answers else 'FAIL'} {title}")
        for answer in answers[:20]:
            self.stdout.write(f"       {answer}")
        if len(answers) > 20:
            self.stdout.write(f"       and {len(answers) - 20} more")
