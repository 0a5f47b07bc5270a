"""Where every group stands with the annual report of a year: plain rows, since hundreds are counted and few shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import full_name
from core import clock
from core.prepared import prepared
from groups.models import Appointment, Group
from reporting.models import Report, ReportingYear, ReportSection, all_reporting_years, sections_of
from reporting.states import EDITABLE, ReportState, Standing

# Status signs of the design for the standings.
KINDS = {
    Standing.NOT_STARTED: "todo",
    Standing.DRAFT: "going",
    Standing.SUBMITTED: "wait",
    Standing.RETURNED: "back",
    Standing.ACCEPTED: "done",
}
OWED = (Standing.NOT_STARTED, Standing.DRAFT, Standing.RETURNED)


class Supporter(NamedTuple):
    """Somebody of network support, as a list names them."""

    pk: int
    name: str


class ReportStanding(NamedTuple):
    """How one group stands with the report of one year."""

    group_id: int
    slug: str
    name: str
    acronym: str
    category_id: str
    # The section of the list of groups that it stands in.
    subcategory: str
    # What the group is found by.
    search: str
    year: int
    state: Standing
    due_on: date
    overdue: bool
    sections_done: int
    sections_of: int
    extended: bool = False
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    network_support: tuple[Supporter, ...] = ()

    @property
    def kind(self) -> str:
        """The status sign: late when overdue."""
        return "late" if self.overdue else KINDS[self.state]


class _Row(NamedTuple):
    """What the list needs of a report."""

    group_id: int
    template_id: int
    state: str
    extended_to: date | None
    submitted_at: datetime | None
    decided_at: datetime | None
    # Complete sections while the group may write; None without a section, and once the report is sent.
    done: int | None


@prepared
def _reports_of(year: int) -> QuerySet:
    written = ReportSection.objects.filter(report=OuterRef("pk")).order_by().values("report")
    done = written.annotate(done=Count("pk", filter=Q(is_complete=True))).values("done")
    found = Report.objects.filter(reporting_year=year).order_by()
    found = found.annotate(done=Case(When(state__in=EDITABLE, then=Subquery(done))))
    return found.values_list(*_Row._fields)


@prepared
def _support(day: date) -> QuerySet:
    found = Appointment.objects.on(day).filter(office="network_support").order_by("starts_on", "pk")
    names = ("id", "given_name", "family_name", "email")
    return found.values_list("group_id", *(f"person__{name}" for name in names))


@prepared
def _groups(last_day: date) -> QuerySet:
    found = Group.objects.reporting_by(last_day)
    return found.values_list("id", "slug", "name", "acronym", "category_id", "subcategory", "search")


def report_states(year: int, *, day: date | None = None) -> list[ReportStanding]:
    """How every group that owes a report for the year stands, in the order of the directory; three queries.

    Called inside scope.read_everywhere("office-grid") or a group's scope.
    Raises ReportingYear.DoesNotExist for a year without reports.
    """
    day = day or clock.today()
    period = next((one for one in all_reporting_years() if one.year == year), None)
    if period is None:
        raise ReportingYear.DoesNotExist
    reports = {row[0]: _Row._make(row) for row in _reports_of(year=year)}
    people: dict[int, Supporter] = {}
    support: dict[int, tuple[Supporter, ...]] = {}
    for group_id, pk, *names in _support(day=day):
        person = people.get(pk) or people.setdefault(pk, Supporter(pk, full_name(*names)))
        support[group_id] = (*support.get(group_id, ()), person)
    lengths = {of: len(sections_of(of)) for of in {period.template_id, *(one[1] for one in reports.values())}}
    return [
        ReportStanding(
            *named,
            year,
            *_standing(period, reports.get(named[0]), day, lengths),
            support.get(named[0], ()),
        )
        for named in _groups(last_day=date(year, 12, 31))
    ]


def _standing(
    year: ReportingYear, report: _Row | None, day: date, lengths: dict[int, int]
) -> tuple[Any, ...]:
    """What ReportStanding says of the report, from its state to when it was decided about."""
    if report is None:
        due = year.due_on
        return Standing.NOT_STARTED, due, day > due, 0, lengths[year.template_id], False, None, None
    state, of, due = Standing(report.state), lengths[report.template_id], report.extended_to or year.due_on
    if state == Standing.DRAFT and report.done is None:
        state = Standing.NOT_STARTED  # the row stands for a longer deadline or a grant, nobody has written
    # Only a whole report is sent, and nobody writes in it until it comes back: there is nothing to count.
    sent = report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED)
    return (
        state,
        due,
        state in OWED and day > due,
        of if sent else report.done or 0,
        of,
        report.extended_to is not None,
        report.submitted_at,
        report.decided_at,
    )
