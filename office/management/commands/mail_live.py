"""Switches the mail of this very database on or off, or says which of the two it is."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core.mail import live
from core.mail.models import MailState, OutgoingMail


class Command(BaseCommand):
    help = "Says whether this database sends mail; `on` and `off` change it. A restored copy begins with mail off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("state", nargs="?", choices=["on", "off"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["state"]:
            live.set_live(options["state"] == "on")
        waiting = OutgoingMail.objects.filter(state=MailState.QUEUED).count()
        if live.is_live():
            self.stdout.write(f"This database sends mail. {waiting} mails are waiting.")
        elif not settings.MAIL_LIVE:
            self.stdout.write("No mail is sent, because SSC_MAIL_LIVE is false.")
        else:
            self.stdout.write(f"This database sends no mail. {waiting} mails are waiting for `mail_live on`.")
