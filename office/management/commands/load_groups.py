"""Load the real list of SSC groups into a new portal: names, kinds and remits, no people."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from groups.reference import load_groups


class Command(BaseCommand):
    help = "Adds the groups of groups/data/ssc-groups.csv that are missing. Run load_reference first."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            added = load_groups()
        self.stdout.write(f"{added} groups were added.")
