"""One group at a time: the filter in the ORM and the filter in the database, opened together.

A tenant model refuses queries outside a scope (django-scopes); PostgreSQL's row level security holds
the same line for raw SQL and forgotten filters. The value travels with the statements that need it, local to
their transaction (core.pg), so it is safe behind a pooler in transaction mode.
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

# Every place that looks across groups, with the reason why it may. A test counts them and
# fails when one is used that is not here, or listed here and not used.
READ_ESCAPES = {
    "own-roles": "A person's roles lie in many groups; the query is filtered by the person.",
    "own-groups": "A person's list of groups; the query is filtered by the person.",
    "own-duties": "A person's duties lie in many groups; each provider filters by the person's roles.",
    "reminders": "Reminders ask what everybody owes; each mail names duties of its reader only.",
    "directory": "The public directory shows leaders in office and published figures of every group.",
    "published-reports": "The list of published reports is public for every group.",
    "office-grid": "The Chair's Office sees the state of all groups; the page asks for an office role.",
    "link-lookup": "A link in a mail names no group; the row is found by the hash of its secret.",
    "checks": "Check commands look over the whole network; run by the operator.",
    "groupless-record": "An act outside every group is added to the audit trail; adding reads the new row back.",
}
WRITE_ESCAPES = {
    "seed": "The demo network is written at once, for every group.",
    "jobs": "A scheduled job walks all groups; each change is made inside one group's scope.",
}


class UnknownEscape(LookupError):
    """A scope escape was used that is not named in core.scope."""


def set_sql(value: str) -> str:
    """The statement that tells the database the scope; values are our own: a group's id, a named escape's mode, none.

    Raises ValueError for anything else.
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
    """Work inside one group: queries see and write its rows only."""
    pk = group if isinstance(group, int) else group.pk
    with _database_scope(str(pk)), orm_scope(group=pk):
        yield


@contextmanager
def read_everywhere(name: str) -> Iterator[None]:
    """Read across all groups, for one of the reasons in READ_ESCAPES. Writing stays refused by the database.

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
    """Compile a query that runs later (core.compiled). Nothing is read here; each run calls `demand`."""
    with scopes_disabled():
        yield


def demand(group: object = None) -> None:
    """Refuse a compiled query outside a scope, and for a group that is not the scope's, as the ORM does by itself.

    Raises ScopeError.
    """
    value = current.get()
    if not value:
        raise ScopeError("This query needs a scope: a group, or one of the named escapes.")
    if group is not None and value not in ("read", "*", str(group)):
        raise ScopeError("This query asks for a group that is not the scope's.")
