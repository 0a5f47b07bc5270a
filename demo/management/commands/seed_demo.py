"""Fill an empty database with the demo network."""

import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from demo import reset
from demo.seed import is_empty, seed
from demo.targets import STAGES
from office.reference import load_reference

LEAST_MEMBERS = 60


def how_many(text: str) -> int | None:
    """A number of groups, or None for "all". Raises ArgumentTypeError."""
    if text == "all":
        return None
    if text.isdigit() and int(text) >= 1:
        return int(text)
    raise ArgumentTypeError("Give a number of groups, or the word all.")


class Command(BaseCommand):
    """The real groups, invented people, and a year that stands at the chosen stage."""

    help = "Fills an empty database with the demo network: the same rows for the same seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, which one, and where in the year."""
        parser.add_argument("--groups", type=how_many, default=None, help="how many groups, or all")
        parser.add_argument("--members", type=int, default=10000, help="how many people in the groups")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same network")
        parser.add_argument(
            "--stage", choices=STAGES, default="reporting-open", help="where in the year it stands"
        )
        parser.add_argument("--reset", action="store_true", help="empty the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses where real people could be: outside demo mode, and in a database with groups in it."""
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
