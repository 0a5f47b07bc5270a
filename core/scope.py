"""Scopes: code reads and writes the rows of one group at a time. The ORM and the database both check it.

A tenant model refuses queries outside a scope (django-scopes). PostgreSQL's row level security refuses the same
rows to raw SQL and to queries with a missing filter. The scope is sent with each statement and is local to its
transaction (core.pg), so it is safe behind a pooler in transaction mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django_scopes import scope as orm_scope
from django_scopes import scopes_disabled
from django_scopes.exceptions import ScopeError

current: ContextVar[str] = ContextVar("database_scope", default="")

# The names of all reads across groups, each with the reason why it is allowed. A test fails when code uses a name
# that is not listed here, and when a listed name is not used.
READ_ESCAPES = {
    "own-roles": "A person has roles in many groups; the query is filtered by the person.",
    "own-groups": "A person's list of groups; the query is filtered by the person.",
    "own-duties": "A person has duties in many groups; each provider filters by the person's roles.",
    "own-requests": "A person's requests in all groups are counted for a limit; the query is filtered by the person.",
    "reminders": "Reminders read everybody's duties; each mail names duties of its reader only.",
    "directory": "The public directory shows leaders in office and published figures of every group.",
    "published-reports": "The list of published reports is public for every group.",
    "office-grid": "The Chair's Office sees the state of all groups; the page or the duty asks for an office role.",
    "link-lookup": "A link in a mail names no group; the row is found by the hash of its secret.",
    "checks": "Check commands read all groups; the operator runs them.",
    "groupless-record": "An act that belongs to no group is added to the audit trail; INSERT reads the new row.",
}
WRITE_ESCAPES = {
    "seed": "The demo network is written at once, for every group.",
    "jobs": "A scheduled job works on all groups in turn; it makes each change inside one group's scope.",
}


class UnknownEscape(LookupError):
    """Code used the name of a read or write across groups that core.scope does not list."""


def set_sql(value: str) -> str:
    """Return the SQL statement that tells the database the scope.

    `value` is a group's id, "read" or "*" for all groups, or "" for no scope. Raises ValueError for another value.
    """
    if value not in ("", "read", "*") and not value.isdecimal():
        raise ValueError(f"'{value}' is no scope.")
    return f"SELECT set_config('app.scope', '{value}', true)"


@contextmanager
def _database_scope(value: str) -> Iterator[None]:
    token = current.set(value)
    try:
        yield
    finally:
        current.reset(token)


@contextmanager
def group_scope(group: models.Model | int) -> Iterator[None]:
    """Work inside one group: queries read and write only the rows of this group."""
    pk = group if isinstance(group, int) else group.pk
    with _database_scope(str(pk)), orm_scope(group=pk):
        yield


@contextmanager
def read_everywhere(name: str) -> Iterator[None]:
    """Read across all groups, for one of the reasons in READ_ESCAPES. The database still refuses to write.

    Raises UnknownEscape for a name that is not listed.
    """
    if name not in READ_ESCAPES:
        raise UnknownEscape(name)
    with _database_scope("read"), scopes_disabled():
        yield


@contextmanager
def write_everywhere(name: str) -> Iterator[None]:
    """Read and write across all groups, for one of the reasons in WRITE_ESCAPES.

    Raises UnknownEscape for a name that is not listed.
    """
    if name not in WRITE_ESCAPES:
        raise UnknownEscape(name)
    with _database_scope("*"), scopes_disabled():
        yield


@contextmanager
def compiling() -> Iterator[None]:
    """Allow to compile a query that runs later (core.compiled). Compiling reads no rows; each run calls `demand`."""
    with scopes_disabled():
        yield


def demand(group: object = None) -> None:
    """Check that a compiled query may run in the open scope, as the ORM does for other queries.

    Raises ScopeError when no scope is open, and when `group` is not the scope's group.
    """
    value = current.get()
    if not value:
        raise ScopeError("This query needs a scope: a group, or one of the named escapes.")
    if group is not None and value not in ("read", "*", str(group)):
        raise ScopeError("This query asks for a group that is not the scope's.")
