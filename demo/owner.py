"""The demo network is written as the owner of the tables, as an import of past years would be.

Pages and jobs may not write past acts, sent reports or a superuser (core.guards), and the network consists of these.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.core.management.base import CommandError
from django.db import connection


def owner_address() -> dict[str, Any]:
    """Return the owner's settings of this database. Raises CommandError when SSC_DATABASE_OWNER_URL is not set."""
    address = os.environ.get("SSC_DATABASE_OWNER_URL", "")
    if not address:
        raise CommandError("Set SSC_DATABASE_OWNER_URL: only the owner of the tables can do this.")
    given = environ.Env.db_url_config(address)
    host = given["HOST"] or (given.get("OPTIONS") or {}).get("host", "")
    return {"USER": given["USER"], "PASSWORD": given["PASSWORD"], "HOST": host, "PORT": given["PORT"]}


@contextmanager
def as_owner() -> Iterator[None]:
    """Use a connection of the owner for the statements inside; the present one, if it is the owner's already.

    Raises CommandError when SSC_DATABASE_OWNER_URL is not set.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'django_migrations'"
        )
        (is_owner,) = cursor.fetchone()
    if is_owner:
        yield
        return
    former = connection.settings_dict
    connection.close()
    connection.settings_dict = {**former, **owner_address()}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = former
