"""Queries that are written in the ORM and compiled to SQL once per process, for rows that every page reads.

Django takes longer to build and compile such a query than PostgreSQL takes to answer it. A function decorated with
`compiled_query` describes a query. The function is called once, with a placeholder value for each argument. Each
call then runs the SQL with the arguments given, and returns the rows as tuples:

    @compiled_query
    def names_in(group: int, day: date) -> QuerySet:
        return Membership.objects.on(day).filter(group=group).values_list("person__family_name")

    for (name,) in names_in(group=7, day=clock.today()): ...

- Arguments are named, and annotated as int, str, date, datetime, list[int] or list[str]. Filter by a list with
  `__any_of`: `__in` would write one parameter for each entry of the placeholder list.
- The function must not read the values of its arguments, nor anything else that changes: it is called only once.
- A query over tables of groups needs a scope. Without one the call raises ScopeError. Row level security filters
  the rows by the scope that is open at the call. An argument called `group` must be the scope's group.
- At most ten queries are compiled. Each is one that every page or every task list needs
  (docs/decisions/0012-compiled-queries.md).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ParamSpec, get_type_hints

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, ForeignKey, Lookup, QuerySet

from core import scope

P = ParamSpec("P")
Rows = list[tuple[Any, ...]]


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`field__any_of=[…]`, for compiled queries only: like `__in`, with one parameter for a list of any length."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return `field = ANY(list)` with its parameters."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]


def _placeholder(kind: Any, number: int) -> Any:
    """Return a placeholder value of this type that no query contains as a constant.

    Numbers are small enough for the smallest column. Raises ImproperlyConfigured for another type.
    """
    placeholders = {
        int: 31_000 + number,
        str: f"placeholder {number}",
        date: date(1700, 1, 1 + number),
        datetime: datetime(1700, 1, 1 + number, tzinfo=UTC),
        list[int]: [31_000 + number],
        list[str]: [f"placeholder {number}"],
    }
    if kind not in placeholders:
        raise ImproperlyConfigured(f"A compiled query takes no argument of the kind {kind}.")
    return placeholders[kind]


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters. Each parameter is a constant value or the name of an argument."""

    sql: str
    constants: tuple[Any, ...]
    arguments: tuple[str | None, ...]
    # True when the statement reads a table of groups: it then needs a scope.
    scoped: bool
    # For a column: its number, the functions that convert the database's value, and the expression of the column.
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...]

    def run(self, given: dict[str, Any]) -> Rows:
        """Run the SQL with these arguments and return the rows."""
        params = [
            constant if name is None else given[name]
            for constant, name in zip(self.constants, self.arguments, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows: Rows = cursor.fetchall()
        return [self._converted(row) for row in rows] if self.converters else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


def _compile(build: Callable[..., QuerySet], kinds: dict[str, Any]) -> Statement:
    """Build the query with placeholder values, compile it, and find the placeholders among its parameters.

    Raises ImproperlyConfigured for an argument that the query does not use, and for a day that is a constant.
    """
    placeholders = {name: _placeholder(kind, number) for number, (name, kind) in enumerate(kinds.items())}
    with scope.compiling():
        compiler = build(**placeholders).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
    arguments: list[str | None] = []
    for param in params:
        name = next((n for n, v in placeholders.items() if type(v) is type(param) and v == param), None)
        if name is None and isinstance(param, date):
            raise ImproperlyConfigured(
                f"{build.__qualname__} holds the day {param}, which would never change."
            )
        arguments.append(name)
    if unused := set(placeholders) - set(arguments):
        raise ImproperlyConfigured(f"{build.__qualname__} does not ask for {', '.join(sorted(unused))}.")
    columns = [column[0] for column in compiler.select[: compiler.col_count]]
    return Statement(
        sql=sql,
        constants=tuple(params),
        arguments=tuple(arguments),
        scoped=any(f'"{table}"' in sql for table in _tables_of_groups()),
        converters=tuple(
            (place, *converter) for place, converter in compiler.get_converters(columns).items()
        ),
    )


def _tables_of_groups() -> list[str]:
    return [
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "group" for field in model._meta.concrete_fields)
    ]


def compiled_query(build: Callable[P, QuerySet]) -> Callable[P, Rows]:
    """Function decorator: compile the query that the function describes at the first call. Calls return tuples."""
    kinds: dict[str, Any] = {}
    statement: Statement | None = None

    def ask(*args: P.args, **given: P.kwargs) -> Rows:
        nonlocal statement, kinds
        if statement is None:
            hints = get_type_hints(build)
            kinds = {name: hints[name] for name in inspect.signature(build).parameters}
            statement = _compile(build, kinds)
        if args or given.keys() != kinds.keys():
            raise TypeError(f"{build.__qualname__} takes the named arguments {', '.join(kinds)}.")
        if statement.scoped:
            scope.demand(given.get("group"))
        return statement.run(given)

    ask.__doc__, ask.__name__, ask.__qualname__ = build.__doc__, build.__name__, build.__qualname__
    ask.__module__ = build.__module__
    return ask
