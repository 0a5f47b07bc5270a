"""Tell a person that the portal has a problem: through Sentry, or by a mail to the administrators of the system.

The mail does not pass through the outbox, because the outbox needs the worker, whose death is one of the problems.
Beat's job asks every five minutes. `manage.py alarms`, started by the machine's own timer, asks as well and notices
when beat or the worker is dead (docs/decisions/0033-alarms-and-logs.md).
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import Error as DatabaseError

from core import errors_reported, health
from core.health import Problem, State

logger = logging.getLogger(__name__)

ERRORS = "alarms:errors"
AGAIN_AFTER = 3600  # seconds until a person is told about the same kind again


def note_error() -> None:
    """Count a page or a job that ended in an error, for the next alarm.

    Without cache and database the error is only in the log.
    """
    try:
        if not cache.add(ERRORS, 1, AGAIN_AFTER):
            cache.incr(ERRORS)
    except (DatabaseError, ValueError) as error:
        logger.warning("an error was not counted (%s)", type(error).__name__)


def problems(state: State) -> list[Problem]:
    """Return the problems of the state, and errors of pages and jobs in the last hour."""
    found = health.problems(state)
    if state.database and (number := cache.get(ERRORS)):
        found.append(
            Problem("errors", f"Pages or jobs broke {number} times within an hour. The log says where.")
        )
    return found


def tell(found: list[Problem]) -> list[Problem]:
    """Tell a person about the problems, about each kind once an hour. Return the problems that were told now.

    Raises OSError or smtplib.SMTPException when the mail server does not take the mail; the next call tells again.
    """
    new = [problem for problem in found if _first_within_the_hour(problem.kind)]
    if not new:
        return []
    for problem in new:
        logger.error("problem: %s", problem.sentence)
    try:
        if settings.SENTRY_DSN:
            for problem in new:
                errors_reported.report(problem.kind, problem.sentence)
        elif settings.ADMIN_ADDRESSES:
            _mail(new)
    except Exception:
        for problem in new:
            _forget(problem.kind)
        raise
    return new


def _mail(found: list[Problem]) -> None:
    EmailMessage(
        subject=f"SSC Groups: {found[0].sentence}",
        body="\n".join(problem.sentence for problem in found)
        + f"\n\nThe portal is {settings.BASE_URL}. What to do: docs/operations.md.\n"
        + "You will not get a mail about the same problem again within an hour.\n",
        from_email=settings.SERVER_EMAIL,
        to=settings.ADMIN_ADDRESSES,
        headers={"Auto-Submitted": "auto-generated"},
    ).send()


def _first_within_the_hour(kind: str) -> bool:
    """Return whether nobody was told about the kind within the last hour. Without cache and database it is true."""
    try:
        return cache.add(f"alarms:told:{kind}", 1, AGAIN_AFTER)
    except DatabaseError:
        return True


def _forget(kind: str) -> None:
    try:
        cache.delete(f"alarms:told:{kind}")
    except DatabaseError:
        logger.warning("an alarm may be repeated an hour late")


def ask() -> tuple[list[Problem], list[Problem]]:
    """Read the state and tell a person. Return all problems, and those that were told now.

    A database whose mail is off is a copy for a rehearsal: its problems are returned, and no person is told.
    """
    state = health.state()
    found = problems(state)
    return found, tell(found) if state.mail_live is not False else []
