"""Fill an empty database with the demo network."""

import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from demo import reset
from demo.owner import as_owner
from demo.seed import is_empty, seed
from demo.targets import STAGES
from office.reference import load_reference

LEAST_MEMBERS = 60


def how_many(text: str) -> int | None:
    """Return the number of groups, or None for "all". Raises ArgumentTypeError for other texts."""
    if text == "all":
        return None
    if text.isdigit() and int(text) >= 1:
        return int(text)
    raise ArgumentTypeError("Give a number of groups, or the word all.")


class Command(BaseCommand):
    """Write the real groups, invented people and their work at the chosen stage of the year."""

    help = "Fills an empty database with the demo network: the same rows for the same seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options for size, seed and stage."""
        parser.add_argument("--groups", type=how_many, default=None, help="how many groups, or all")
        parser.add_argument("--members", type=int, default=10000, help="how many people in the groups")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same network")
        parser.add_argument(
            "--stage", choices=STAGES, default="reporting-open", help="where in the year it stands"
        )
        parser.add_argument("--reset", action="store_true", help="empty the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the database. Raises CommandError where real people could be: outside demo mode, or if groups exist."""
        rehearsal = os.environ.get("SSC_PRODLIKE_SEED") == "1"
        if not settings.DEMO_MODE and not rehearsal:
            raise CommandError("The demo network is for demo mode only. Nothing was changed.")
        if options["members"] < LEAST_MEMBERS:
            raise CommandError(f"The network needs at least {LEAST_MEMBERS} people. Nothing was changed.")
        if options["reset"]:
            reset.empty_database()
        if not is_empty():
            raise CommandError("There are groups in this database already. Add --reset to empty it first.")
        began = time.monotonic()

        def tell(what: str) -> None:
            self.stdout.write(f"{time.monotonic() - began:5.1f} s  {what}")

        with as_owner():
            with transaction.atomic():
                load_reference()
            seed(
                groups=options["groups"],
                members=options["members"],
                number=options["seed"],
                stage=options["stage"],
                with_personas=settings.DEMO_MODE,
                tell=tell,
            )
        tell("Done")
