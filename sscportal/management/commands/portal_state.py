"""Says, for the programs that start the portal, what its database still needs."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = 'Prints {"pending": …, "empty": …} as JSON: migrations still to run, and whether nobody has an account.'
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        empty = bool(pending) or not get_user_model().objects.exists()
        self.stdout.write(json.dumps({"pending": pending, "empty": empty}))
