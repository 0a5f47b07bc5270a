"""Tell the programs that start the portal whether its database needs migrations or data."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from groups.models import Group


class Command(BaseCommand):
    help = 'Prints {"pending": …, "empty": …} as JSON: migrations still to run, and whether there is no group yet.'
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        empty = bool(pending) or not Group.objects.exists()
        self.stdout.write(json.dumps({"pending": pending, "empty": empty}))
