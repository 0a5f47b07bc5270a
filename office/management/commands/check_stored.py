"""Checks that the stored data is complete and consistent; ends with 1 when a check finds something."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import scope
from office.integrity import QUESTIONS


class Command(BaseCommand):
    help = "Checks policies, rights, frozen reports, decisions, memberships and mail; changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for title, question in QUESTIONS.items():
            with transaction.atomic(), scope.read_everywhere("checks"):
                answers = question()
            broken += len(answers)
            self.stdout.write(f"{'ok  ' if not answers else 'FAIL'} {title}")
            for answer in answers[:20]:
                self.stdout.write(f"       {answer}")
        if broken:
            raise CommandError(f"{broken} things are not as they should be.")
