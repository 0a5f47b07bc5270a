"""Whether this database sends mail. A restored copy does not, until an operator says so.

The table of live databases names the database by an identity that a dump does not carry along: the identifier of the
server's data and the number of the database in it. A copy has another identity, so it is not in its own table
(docs/decisions/0032-mail-of-a-copy.md). SSC_MAIL_LIVE=false switches mail off as well.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from core import clock
from core.mail.models import LiveDatabase

IDENTITY = (
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid FROM pg_database"
    " WHERE datname = current_database()"
)


def identity() -> str:
    """Return the identity of the connected database."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        return str(cursor.fetchone()[0])


def why_not() -> str:
    """Return why no mail is sent: "setting" when MAIL_LIVE is off, "copy" for a copy, and "" when mail is sent."""
    if not settings.MAIL_LIVE:
        return "setting"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM core_livedatabase WHERE identity = ({IDENTITY}))")  # noqa: S608
        return "" if cursor.fetchone()[0] else "copy"


def is_live() -> bool:
    """Return whether mail is sent."""
    return not why_not()


def set_live(on: bool) -> None:
    """Switch the mail of this very database on or off. Doing it twice changes nothing."""
    if on:
        LiveDatabase.objects.get_or_create(identity=identity(), defaults={"live_since": clock.now()})
    else:
        LiveDatabase.objects.filter(identity=identity()).delete()
