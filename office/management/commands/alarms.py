"""Tells a person about problems of the portal. The machine's own timer starts this command every five minutes."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import alarms


class Command(BaseCommand):
    help = (
        "Tells the administrators of problems, each kind once an hour; ends with 1 while there is a problem."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.SENTRY_DSN or settings.ADMIN_ADDRESSES):
            raise CommandError("No person would be told: set SSC_ADMINS or SENTRY_DSN.")
        try:
            found, told = alarms.ask()
        except (OSError, smtplib.SMTPException) as error:
            raise CommandError(f"The mail server did not take the alarm ({type(error).__name__}).") from error
        for problem in found:
            self.stdout.write(f"{problem.sentence}{' A person is told.' if problem in told else ''}")
        if found:
            raise CommandError(f"{len(found)} problems.")
        self.stdout.write("The portal is well.")
