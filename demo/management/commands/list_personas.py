"""Print the demo's accounts."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.personas import PERSONAS


class Command(BaseCommand):
    """Print one account for each role with its password, and with its present code if the role needs one."""

    help = "Lists the demo's accounts with passwords and the sign-in codes of this moment."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the accounts. Raises CommandError outside demo mode, where these accounts do not exist."""
        if not settings.DEMO_MODE:
            raise CommandError("Personas exist in demo mode only.")
        rows = [("", "Role", "Email", "Password", "Code now"), *map(self.row, PERSONAS)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            self.stdout.write(
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )
        self.stdout.write("VI  Visitor: nobody signs in.")
        self.stdout.write(
            f"Codes change every half minute; today's stand at {settings.BASE_URL}/demo/codes/."
        )

    @staticmethod
    def row(persona: Any) -> tuple[str, ...]:
        """Return the cells of one account."""
        code = persona.code_now() if persona.needs_code else ""
        return (persona.code, persona.role, persona.email, persona.password, code)
