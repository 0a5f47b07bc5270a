"""Reads over the whole network: where each group stands, and what waits longest for the Chair's Office."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Min, QuerySet

from accounts.models import folded
from core import scope
from core.mail.models import MailState, OutgoingMail
from core.prepared import prepared
from groups.access import PersonRoles
from groups.models import all_categories, all_quadrennia
from groups.sections import BY_SLUG, section_of
from reporting.models import ReportingYear, TargetSet, all_reporting_years
from reporting.queries.standings import OWED, ReportStanding, Supporter, report_states
from reporting.states import Standing, TargetSetState

PERMISSION = "office.view_dashboard"
OVERDUE = "overdue"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty values narrow nothing."""

    words: str = ""
    state: str = ""
    category: str = ""
    support: int | None = None
    overdue: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The filters as parameters of an address; what narrows nothing is left out."""
        named = {
            "q": self.words,
            "state": self.state,
            "category": self.category,
            "support": str(self.support or ""),
            "overdue": "on" if self.overdue else "",
        }
        return {name: value for name, value in named.items() if value}

    @cached_property
    def asked(self) -> list[str]:
        """The words, as the search column holds them."""
        return folded(self.words).split()

    def fitting(self, rows: list[ReportStanding]) -> list[ReportStanding]:
        """The rows that fit all filters."""
        return [row for row in rows if self.keep(row)] if self.query else rows

    def keep(self, row: ReportStanding) -> bool:
        """Whether the row fits all filters."""
        return (
            all(word in row.search for word in self.asked)
            and (not self.state or row.state == self.state)
            and (not self.category or row.category_id == self.category)
            and (self.support is None or any(person.pk == self.support for person in row.network_support))
            and (not self.overdue or row.overdue)
        )


@dataclass(frozen=True)
class Counts:
    """How many groups stand where; a group that is overdue is counted under its state and under `overdue`."""

    of: int = 0
    none: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    overdue: int = 0
    # Disjoint parts for a bar: what is owed splits into overdue and not yet due, as the colours do.
    owed_in_time: int = 0
    returned_in_time: int = 0

    @property
    def received(self) -> int:
        """Reports that lie with the Chair's Office or were accepted."""
        return self.submitted + self.accepted


class SentTargets(NamedTuple):
    """A set of targets that a group sent and nobody has decided about."""

    group_id: int
    slug: str
    name: str
    period_id: int
    submitted_at: datetime


class Waiting(NamedTuple):
    """Something that waits for the Chair's Office, since when and with whom."""

    kind: str  # report, targets
    group_id: int
    slug: str
    name: str
    # The year of a report; the first and the last year of targets.
    years: tuple[int, ...]
    since: datetime
    support: tuple[Supporter, ...]


@dataclass(frozen=True)
class Grid:
    """The network in one reporting year, as far as this person may see it."""

    year: ReportingYear
    rows: list[ReportStanding]
    counts: Counts
    by_section: list[tuple[str, Counts]]
    waiting: list[Waiting]
    supporters: list[Supporter] = field(default_factory=list)
    categories: list[tuple[str, str]] = field(default_factory=list)


def reporting_years(day: date) -> list[ReportingYear]:
    """Years whose reports have opened, newest first."""
    return [one for one in reversed(all_reporting_years()) if one.opens_on <= day]


@prepared
def _sent_targets() -> QuerySet:
    found = TargetSet.objects.filter(state=TargetSetState.SUBMITTED).order_by("submitted_at")
    return found.values_list("group_id", "group__slug", "group__name", "quadrennium_id", "submitted_at")


def network(held: PersonRoles, year: ReportingYear, day: date) -> Grid:
    """Every group that owes a report for the year; network support sees the groups assigned to it.

    The number of queries does not depend on the number of groups.
    """
    with scope.read_everywhere("office-grid"):
        rows = report_states(year.year, day=day)
        targets = [SentTargets._make(row) for row in _sent_targets()]
    if not held.everywhere(PERMISSION):
        mine = set(held.groups_where(PERMISSION))
        rows = [row for row in rows if row.group_id in mine]
        targets = [one for one in targets if one.group_id in mine]
    return Grid(
        year=year,
        rows=rows,
        counts=count(rows),
        by_section=_by_section(rows),
        waiting=_waiting(rows, targets),
        supporters=sorted(
            {person for row in rows for person in row.network_support}, key=lambda one: (one.name, one.pk)
        ),
        categories=_categories(rows),
    )


def _categories(rows: list[ReportStanding]) -> list[tuple[str, str]]:
    """The kinds of the groups in the list, in the order they come in."""
    names = {one.pk: str(one) for one in all_categories()}
    return [(code, names[code]) for code in dict.fromkeys(row.category_id for row in rows)]


def count(rows: Iterable[ReportStanding]) -> Counts:
    """How many of the rows stand where."""
    return _counts(Counter((row.state, row.overdue) for row in rows))


def _counts(of: Counter[tuple[Standing, bool]]) -> Counts:
    def standing(state: Standing) -> int:
        return of[state, False] + of[state, True]

    late = sum(of[state, True] for state in OWED)
    owed = sum(standing(state) for state in OWED)
    returned_in_time = of[Standing.RETURNED, False]
    return Counts(
        of=of.total(),
        none=standing(Standing.NOT_STARTED),
        draft=standing(Standing.DRAFT),
        submitted=standing(Standing.SUBMITTED),
        returned=standing(Standing.RETURNED),
        accepted=standing(Standing.ACCEPTED),
        overdue=late,
        owed_in_time=owed - late - returned_in_time,
        returned_in_time=returned_in_time,
    )


def _by_section(rows: list[ReportStanding]) -> list[tuple[str, Counts]]:
    """Counts by what the groups look after, the most first."""
    found: defaultdict[str, Counter[tuple[Standing, bool]]] = defaultdict(Counter)
    for row in rows:
        found[section_of(row.category_id, row.subcategory).slug][row.state, row.overdue] += 1
    counted = [(str(BY_SLUG[slug].name), _counts(of)) for slug, of in found.items()]
    return sorted(counted, key=lambda one: (-one[1].of, one[0]))


def _waiting(rows: list[ReportStanding], targets: list[SentTargets]) -> list[Waiting]:
    """Reports to review and target sets to agree, the longest wait first."""
    found = [
        Waiting(
            "report", row.group_id, row.slug, row.name, (row.year,), row.submitted_at, row.network_support
        )
        for row in rows
        if row.state == Standing.SUBMITTED and row.submitted_at
    ]
    support = {row.group_id: row.network_support for row in rows}
    spans = {one.pk: (one.years[0], one.years[-1]) for one in all_quadrennia()} if targets else {}
    found += [
        Waiting(
            "targets",
            one.group_id,
            one.slug,
            one.name,
            spans[one.period_id],
            one.submitted_at,
            support.get(one.group_id, ()),
        )
        for one in targets
    ]
    return sorted(found, key=lambda one: (one.since, one.group_id))


@dataclass(frozen=True)
class MailQueue:
    """The outbox as a technical state: no address, no subject, no text."""

    counts: list[tuple[str, str, int]]
    oldest: datetime | None
    troubled: list[OutgoingMail]


TROUBLED = (MailState.FAILED, MailState.UNSURE)


def mail_queue(limit: int = 100) -> MailQueue:
    """Counts by state, how long the oldest mail waits, and the last that failed or perhaps failed."""
    rows = OutgoingMail.objects.values_list("state").annotate(n=Count("pk"), first=Min("queued_at"))
    found = {state: (n, first) for state, n, first in rows}
    return MailQueue(
        counts=[(state.value, str(state.label), found.get(state.value, (0, None))[0]) for state in MailState],
        oldest=found.get(MailState.QUEUED.value, (0, None))[1],
        troubled=list(
            OutgoingMail.objects.filter(state__in=TROUBLED)
            .only("pk", "purpose", "state", "attempts", "reason", "queued_at", "mail_class")
            .order_by("-queued_at", "-pk")[:limit]
        ),
    )
