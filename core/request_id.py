"""The number of the request or of the task that is running. Log lines contain it, and error pages show it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Without letters and digits that look or sound alike, because people say the number on the telephone.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

_current: ContextVar[str] = ContextVar("request_number", default="")


def current() -> str:
    """Return the number of what is running, or '' outside requests and tasks."""
    return _current.get()


def set_number(number: str) -> None:
    """Run under this number from now on: for tasks, which a worker does one after the other."""
    _current.set(number)


def new() -> str:
    """Return a new number, such as 7F3K-9QX2."""
    drawn = "".join(secrets.choice(LETTERS) for _letter in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Everything inside runs under this number."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)
