"""Close a person's account from the command line, in the name of an administrator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from core import audit
from core.errors import DomainError
from office.actions import close_account


class Command(BaseCommand):
    help = "Closes an account and ends the person's memberships, offices and roles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the sign-in address of the account")
        parser.add_argument("--by", required=True, help="the address of the administrator who decides this")
        parser.add_argument(
            "--reason", default="The account was closed.", help="why; this is kept in the record"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person, by = (User.objects.by_email(options[name]).first() for name in ("email", "by"))
        if person is None or by is None:
            raise CommandError("No account has this address.")
        try:
            with transaction.atomic(), audit.context(by=by, channel="command"):
                close_account(person=person, by=by, reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The account of {person.name} is closed.")
