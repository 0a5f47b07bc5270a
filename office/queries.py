"""Figures of the Chair's Office over the whole network: the reports of a year, what waits, the mail queue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, QuerySet

from core import scope
from core.mail.models import MailState, OutgoingMail
from groups.access import PersonRoles
from groups.models import all_categories
from groups.sections import BY_SLUG, section_of
from reporting.models import ReportingYear
from reporting.network import (
    REPORTS,
    TARGETS,
    Listing,
    Row,
    network_support,
    report_rows,
    waiting_reports,
    waiting_targets,
)
from reporting.states import ReportStage
from reporting.summary import OWED


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


@dataclass(frozen=True)
class Waiting:
    """A report or a target set that the Chair's Office has to decide about, and the list that it belongs to."""

    listing: Listing
    row: Row

    @property
    def since(self) -> datetime:
        """When the group sent it."""
        sent = self.row.standing.submitted_at
        assert sent is not None  # the database holds no sent report or set without the moment
        return sent


@dataclass(frozen=True)
class Grid:
    """The reports of one year that this person may see, with their counts; and what waits, whatever its year."""

    year: ReportingYear
    counts: Counts
    by_section: list[tuple[str, Counts]]
    reports: list[Row]
    targets: list[Row]

    @property
    def waiting(self) -> list[Waiting]:
        """Reports to review and target sets to approve, the longest wait first."""
        found = [Waiting(REPORTS, row) for row in self.reports] + [
            Waiting(TARGETS, row) for row in self.targets
        ]
        return sorted(found, key=lambda one: (one.since, one.row.group.pk))


def network(held: PersonRoles, year: ReportingYear, day: date) -> Grid:
    """The figures of the year; network support sees only the groups assigned to it. Seven queries."""
    with scope.read_everywhere("office-grid"):
        support = network_support(day)
    rows = report_rows(held, [year], day, support=support)
    return Grid(
        year=year,
        counts=count(rows),
        by_section=_by_section(rows),
        reports=waiting_reports(held, day, support),
        targets=waiting_targets(held, day, support),
    )


def category_names() -> dict[str, str]:
    """The kinds of group by code, in the reader's language."""
    return {one.pk: str(one) for one in all_categories()}


def count(rows: Iterable[Row]) -> Counts:
    """The number of rows in each state."""
    return _counts(Counter((ReportStage(row.standing.stage), row.standing.overdue) for row in rows))


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


def _by_section(rows: list[Row]) -> list[tuple[str, Counts]]:
    """The counts by what the groups look after; the section with the most groups comes first."""
    found: defaultdict[str, Counter[tuple[ReportStage, bool]]] = defaultdict(Counter)
    for row in rows:
        section = section_of(row.group.category_id, row.group.subcategory)
        found[section.slug][ReportStage(row.standing.stage), row.standing.overdue] += 1
    counted = [(str(BY_SLUG[slug].name), _counts(of)) for slug, of in found.items()]
    return sorted(counted, key=lambda one: (-one[1].of, one[0]))


@dataclass(frozen=True)
class MailQueue:
    """The technical state of the outbox, without addresses, subjects and texts."""

    counts: list[tuple[str, str, int]]
    oldest: datetime | None
    # Mails that failed or may have failed, newest first, for a paginator.
    troubled: QuerySet[OutgoingMail]
    # Mails that failed through no fault of their address, which can be sent again all at once.
    to_retry: int


TROUBLED = (MailState.FAILED, MailState.UNSURE)


def mail_queue() -> MailQueue:
    """Counts by state, the age of the oldest waiting mail, and the mails that failed or may have failed."""
    rows = OutgoingMail.objects.values_list("state").annotate(n=Count("pk"), first=Min("queued_at"))
    found = {state: (n, first) for state, n, first in rows}
    return MailQueue(
        counts=[(state.value, str(state.label), found.get(state.value, (0, None))[0]) for state in MailState],
        oldest=found.get(MailState.QUEUED.value, (0, None))[1],
        troubled=OutgoingMail.objects.filter(state__in=TROUBLED)
        .only("pk", "purpose", "state", "attempts", "reason", "queued_at", "mail_class", "address_refused")
        .order_by("-queued_at", "-pk"),
        to_retry=OutgoingMail.objects.filter(state=MailState.FAILED, address_refused=False).count(),
    )
