"""Empty the database for a new demo. Only the owner of the tables can do this."""

from __future__ import annotations

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from psycopg2 import sql

from demo.owner import owner_address

# These tables are not emptied, because migrations filled them.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "core_cache"}


def empty_database() -> None:
    """Empty every table except those that migrations filled.

    The run-time role may not do this, so the function connects as the owner (SSC_DATABASE_OWNER_URL). Raises
    CommandError when this variable is not set, and outside demo mode.
    """
    if not settings.DEMO_MODE:
        raise CommandError("Only a demo is emptied. Nothing was changed.")
    owner = owner_address()
    owned = psycopg2.connect(
        dbname=connection.settings_dict["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
    )
    try:
        with owned, owned.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
            listed = sql.SQL(", ").join(sql.Identifier(name) for name in tables)
            cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(listed))
    finally:
        owned.close()
