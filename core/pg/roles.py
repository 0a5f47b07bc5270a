"""Whether the database role of this process could pass by the rules that the database keeps."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

BOOT_ERROR = (
    3  # gunicorn ends when a worker exits so at its start; with another status it would start the next one
)

# The role that logged in, and every role that it could become with SET ROLE.
_POWER = """
SELECT session_user,
       coalesce(bool_or(r.rolsuper), false),
       coalesce(bool_or(r.rolbypassrls), false),
       EXISTS (SELECT 1 FROM pg_class c
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND pg_has_role(session_user, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')
"""


def power_of(connection: BaseDatabaseWrapper) -> str | None:
    """Return why the connection's role is too powerful for pages and jobs, in a sentence, or None when it is not."""
    with connection.cursor() as cursor:
        cursor.execute(_POWER)
        role, is_superuser, passes_by, owns = cursor.fetchone()
    if is_superuser:
        power = "is a superuser of the database"
    elif passes_by:
        power = "passes by row level security"
    elif owns:
        power = "owns tables"
    else:
        return None
    return (
        f"The database role {role} {power}. "
        f"Name the role {settings.RUNTIME_ROLE} in DATABASE_URL: it owns nothing and the database's rules bind it."
    )


def refuse_power() -> None:
    """End the process with a sentence when its role is too powerful. Only production refuses.

    A database that does not answer stops no process, because pages say so and work again when it is back. The role is
    then checked with the first connection. Raises SystemExit.
    """
    if not settings.REFUSE_POWERFUL_ROLE:
        return
    try:
        reason = power_of(connection)
    except OperationalError:
        connection_created.connect(_check_later, dispatch_uid="core.pg.roles")
        return
    finally:
        connection.close()
    if reason:
        sys.stderr.write(f"The portal does not start. {reason}\n")
        raise SystemExit(BOOT_ERROR)


def _check_later(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Check the role with the first connection. Raises ImproperlyConfigured, again with each further connection."""
    if reason := power_of(connection):
        raise ImproperlyConfigured(reason)
    connection_created.disconnect(dispatch_uid="core.pg.roles")
