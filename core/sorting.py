"""Lists that people sort: the headings of a table are links, so sorting works without script and keeps the filters.

A list declares a closed set of names. The address says `?sort=sent`, or `?sort=-sent` for the other direction; any
other word is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.http import urlencode

PARAMETER = "sort"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Sort:
    """The column by which a list is sorted, and the direction."""

    name: str
    descending: bool = False

    @property
    def text(self) -> str:
        """The value in the address."""
        return f"-{self.name}" if self.descending else self.name

    def order(self, *fields: str) -> list[str]:
        """Return these fields for `order_by`, in this direction."""
        return [f"-{field}" for field in fields] if self.descending else list(fields)


def read_sort(asked: str, names: Collection[str], default: str) -> Sort:
    """Return the sorting that the address asks for, if the list knows the name, else the default."""
    name = asked.removeprefix("-")
    return (
        Sort(name, asked.startswith("-"))
        if name in names
        else read_sort(default, [default.strip("-")], default)
    )


def headings(
    columns: Iterable[Mapping[str, Any]], sort: Sort, query: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the columns with `sort_url` and `sorted`, as components/column_heads.html draws them.

    Each column that has a `name` sorts the list. The link of the column that sorts now turns the direction. `query`
    has the filters of the list, which every link keeps; the page number is not kept, because the rows change places.
    """
    kept = {name: value for name, value in query.items() if name not in (PARAMETER, "page") and value}
    found = []
    for column in columns:
        name = column.get("name")
        if not name:
            found.append(dict(column))
            continue
        current = name == sort.name
        asked = Sort(name, current and not sort.descending)
        found.append(
            {
                **column,
                "sort_url": f"?{urlencode({**kept, PARAMETER: asked.text})}",
                "sorted": ("descending" if sort.descending else "ascending") if current else "",
            }
        )
    return found


def in_order(rows: Iterable[Item], key: Callable[[Item], Any], sort: Sort) -> list[Item]:
    """Return the rows by their keys. Rows without a key come last in both directions; equal rows keep their order."""
    listed = list(rows)
    given = [row for row in listed if key(row) is not None]
    missing = [row for row in listed if key(row) is None]
    return [*sorted(given, key=key, reverse=sort.descending), *missing]
