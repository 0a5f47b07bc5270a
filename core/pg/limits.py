"""How long the database may let a statement, a lock and an idle transaction last: short for pages, longer for jobs.

The backend sends the limits in front of the first statement of each transaction (core.pg.base). They are local to the
transaction, so they also hold behind a pooler in transaction mode, which refuses them as parameters of a connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Limits:
    """Limits in seconds; 0 is no limit. The settings say why each has its value."""

    statement: float
    lock: float
    idle_in_transaction: float

    def set_sql(self) -> str:
        """Return the calls that set the limits until the end of the transaction."""
        values = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle_in_transaction,
        }
        return ",".join(
            f"set_config('{name}','{round(value * 1000)}',true)" for name, value in values.items()
        )


_serving_a_page: ContextVar[bool] = ContextVar("serving_a_page", default=False)


@contextmanager
def of_pages() -> Iterator[None]:
    """Work with the limits of pages. Outside of this context the limits of jobs or of the owner apply."""
    token = _serving_a_page.set(True)
    try:
        yield
    finally:
        _serving_a_page.reset(token)


def serving_a_page() -> bool:
    """Return whether the code runs for a page."""
    return _serving_a_page.get()


def current() -> Limits:
    """Return the limits that apply now."""
    limits: Limits = settings.DATABASE_LIMITS[
        "pages" if serving_a_page() else "owner" if settings.AS_OWNER else "jobs"
    ]
    return limits
