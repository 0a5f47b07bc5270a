"""Reads over the whole network: each group's report status, and what waits longest for the Chair's Office."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Min

from accounts.models import full_name, normalised
from core import scope
from core.mail.models import MailState, OutgoingMail
from groups.access import PersonRoles
from groups.models import Appointment, Group, all_categories
from groups.roles import Permission
from groups.sections import BY_SLUG, section_of
from reporting.models import ReportingYear, TargetSet, all_reporting_years
from reporting.states import ReportStage, TargetSetState
from reporting.summary import OWED, ReportStanding, report_lines, report_standing

PERMISSION = Permission.VIEW_DASHBOARD


class Supporter(NamedTuple):
    """A person of network support, with the name for lists."""

    pk: int
    name: str


@dataclass(frozen=True)
class GroupRow:
    """One group with its report of the year and its contacts at the Chair's Office."""

    group: Group
    year: int
    report: ReportStanding
    network_support: tuple[Supporter, ...] = ()


@dataclass(frozen=True)
class Filters:
    """The filters of the list; an empty value filters nothing."""

    words: str = ""
    state: str = ""
    category: str = ""
    support: int | None = None
    overdue: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The filters as parameters of an address, without the empty ones."""
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
        """The words in the form of the search column."""
        return normalised(self.words).split()

    def fitting(self, rows: list[GroupRow]) -> list[GroupRow]:
        """The rows that match all filters."""
        return [row for row in rows if self.keep(row)] if self.query else rows

    def keep(self, row: GroupRow) -> bool:
        """Whether the row matches all filters."""
        return (
            all(word in row.group.search for word in self.asked)
            and (not self.state or row.report.stage == self.state)
            and (not self.category or row.group.category_id == self.category)
            and (self.support is None or any(person.pk == self.support for person in row.network_support))
            and (not self.overdue or row.report.overdue)
        )


@dataclass(frozen=True)
class Counts:
    """The number of groups in each state. An overdue group is counted in its state and in `overdue`."""

    of: int = 0
    none: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    overdue: int = 0
    # Parts of a bar that do not overlap: reports that are not sent are either overdue or not yet due.
    owed_in_time: int = 0
    returned_in_time: int = 0

    @property
    def received(self) -> int:
        """The number of reports that the Chair's Office is reviewing or has accepted."""
        return self.submitted + self.accepted


class Waiting(NamedTuple):
    """A report or a set of targets that the Chair's Office has to decide about, since when, and who is the contact."""

    kind: str  # report, targets
    group: Group
    # The year of a report; the first and the last year of targets.
    years: tuple[int, ...]
    since: datetime
    support: tuple[Supporter, ...]


@dataclass(frozen=True)
class Grid:
    """The groups in one reporting year that this person may see, with their counts."""

    year: ReportingYear
    rows: list[GroupRow]
    counts: Counts
    by_section: list[tuple[str, Counts]]
    waiting: list[Waiting]
    supporters: list[Supporter] = field(default_factory=list)
    categories: list[tuple[str, str]] = field(default_factory=list)


def reporting_years(day: date) -> list[ReportingYear]:
    """Years whose reports have opened, newest first."""
    return [one for one in reversed(all_reporting_years()) if one.opens_on <= day]


def network(held: PersonRoles, year: ReportingYear, day: date) -> Grid:
    """Every group that has to report for the year; network support sees only the groups assigned to it.

    Four queries, however many groups there are.
    """
    mine = None if held.everywhere(PERMISSION) else held.groups_where(PERMISSION)
    with scope.read_everywhere("office-grid"):
        groups = Group.objects.reporting(year.year)
        sent = TargetSet.objects.filter(state=TargetSetState.SUBMITTED)
        if mine is not None:
            groups, sent = groups.filter(pk__in=mine), sent.filter(group__in=mine)
        lines = report_lines([group.pk for group in groups], [year.year])
        reports = {line.group_id: line for line in lines}
        support = network_support(day)
        targets = list(sent.select_related("group", "quadrennium").order_by("submitted_at"))
    rows = [
        GroupRow(
            group,
            year.year,
            report_standing(year, reports.get(group.pk), day),
            support.get(group.pk, ()),
        )
        for group in groups
    ]
    return Grid(
        year=year,
        rows=rows,
        counts=count(rows),
        by_section=_by_section(rows),
        waiting=_waiting(rows, targets, support),
        supporters=sorted(
            {person for row in rows for person in row.network_support}, key=lambda one: (one.name, one.pk)
        ),
        categories=_categories(rows),
    )


def _categories(rows: list[GroupRow]) -> list[tuple[str, str]]:
    """The kinds of the groups in the list, in the order of the rows."""
    names = category_names()
    return [(code, names[code]) for code in dict.fromkeys(row.group.category_id for row in rows)]


def category_names() -> dict[str, str]:
    """The kinds of group by code, in the reader's language."""
    return {one.pk: str(one) for one in all_categories()}


def network_support(day: date) -> dict[int, tuple[Supporter, ...]]:
    """The contacts at the Chair's Office of each group on the day; one query."""
    found: dict[int, tuple[Supporter, ...]] = {}
    rows = Appointment.objects.on(day).filter(office="network_support").order_by("starts_on", "pk")
    names = ("id", "given_name", "family_name")
    for group_id, pk, *parts in rows.values_list("group_id", *(f"person__{name}" for name in names)):
        found[group_id] = (*found.get(group_id, ()), Supporter(pk, full_name(*parts)))
    return found


def count(rows: Iterable[GroupRow]) -> Counts:
    """The number of rows in each state."""
    return _counts(Counter((row.report.stage, row.report.overdue) for row in rows))


def _counts(of: Counter[tuple[ReportStage, bool]]) -> Counts:
    def in_state(state: ReportStage) -> int:
        return of[state, False] + of[state, True]

    late = sum(of[state, True] for state in OWED)
    not_sent = sum(in_state(state) for state in OWED)
    returned_in_time = of[ReportStage.RETURNED, False]
    return Counts(
        of=of.total(),
        none=in_state(ReportStage.NOT_STARTED),
        draft=in_state(ReportStage.DRAFT),
        submitted=in_state(ReportStage.SUBMITTED),
        returned=in_state(ReportStage.RETURNED),
        accepted=in_state(ReportStage.ACCEPTED),
        overdue=late,
        owed_in_time=not_sent - late - returned_in_time,
        returned_in_time=returned_in_time,
    )


def _by_section(rows: list[GroupRow]) -> list[tuple[str, Counts]]:
    """The counts by what the groups look after; the section with the most groups comes first."""
    found: defaultdict[str, Counter[tuple[ReportStage, bool]]] = defaultdict(Counter)
    for row in rows:
        section = section_of(row.group.category_id, row.group.subcategory)
        found[section.slug][row.report.stage, row.report.overdue] += 1
    counted = [(str(BY_SLUG[slug].name), _counts(of)) for slug, of in found.items()]
    return sorted(counted, key=lambda one: (-one[1].of, one[0]))


def _waiting(
    rows: list[GroupRow], targets: list[TargetSet], support: dict[int, tuple[Supporter, ...]]
) -> list[Waiting]:
    """Reports to review and target sets to approve, the longest wait first."""
    found = [
        Waiting("report", row.group, (row.year,), row.report.submitted_at, row.network_support)
        for row in rows
        if row.report.stage == ReportStage.SUBMITTED and row.report.submitted_at
    ]
    found += [
        Waiting(
            "targets",
            one.group,
            (one.quadrennium.years[0], one.quadrennium.years[-1]),
            one.submitted_at,
            support.get(one.group_id, ()),
        )
        for one in targets
        if one.submitted_at
    ]
    return sorted(found, key=lambda one: (one.since, one.group.pk))


@dataclass(frozen=True)
class MailQueue:
    """The technical state of the outbox, without addresses, subjects and texts."""

    counts: list[tuple[str, str, int]]
    oldest: datetime | None
    troubled: list[OutgoingMail]


TROUBLED = (MailState.FAILED, MailState.UNSURE)


def mail_queue(limit: int = 100) -> MailQueue:
    """Counts by state, the age of the oldest waiting mail, and the last mails that failed or may have failed."""
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
