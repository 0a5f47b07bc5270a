"""Load the reference data of a new portal: regions, categories, quadrennia, conditions, cycle, report template."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from office.reference import load_reference


class Command(BaseCommand):
    """Adds missing rows and does not change existing ones. Running it again changes nothing."""

    help = "Loads the reference data. Rows that exist are left as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load all or nothing."""
        with transaction.atomic():
            load_reference()
        self.stdout.write("The reference data is loaded.")
