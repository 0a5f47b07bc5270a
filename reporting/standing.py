"""How a target stands at the end of a year. Every page, PDF, total, export and duty asks `standing_at`.

A target has at most one entry for each year. An achieved target stays achieved, and a target that the group gave up
stays given up: these statuses are final, so the later years need no entry. Any other status says how the target
stood in its own year only. A group can correct a final status with an entry for a later year.
Source: house rule. The guidelines (8.1.1) ask for the progress of each year and do not speak of achieved targets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from reporting.models import Progress

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Standing(Generic[Entry]):
    """How a target stands at the end of a year."""

    # The last entry up to the year, and its year; None and 0 without an entry.
    entry: Entry | None
    entry_year: int
    # True when the entry says how the target stands at the end of the year, and not only earlier.
    is_known: bool

    @property
    def known(self) -> Entry | None:
        """The entry that says how the target stands at the end of the year, or None."""
        return self.entry if self.is_known else None


def standing_at(
    entries: Mapping[int, Entry], year: int, is_final: Callable[[Entry], bool]
) -> Standing[Entry]:
    """How a target with these entries, by year, stands at the end of `year`; later entries are ignored."""
    last = max((one for one in entries if one <= year), default=0)
    entry = entries.get(last)
    known = entry is not None and (last == year or is_final(entry))
    return Standing(entry, last, is_known=known)


def has_final_status(entry: Progress) -> bool:
    """Whether later years need no entry. The caller has loaded the status with the entry."""
    return entry.status.is_final


def entries_known_at(year: int) -> QuerySet[Progress]:
    """The entries that say how their targets stand at the end of the year: `standing_at` as a query."""
    later = Progress.objects.filter(target=OuterRef("target"), year__gt=OuterRef("year"), year__lte=year)
    return Progress.objects.filter(
        Q(year=year) | (Q(year__lt=year, status__is_final=True) & ~Exists(later))
    ).order_by()
