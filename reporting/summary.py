"""What groups have set, recorded and reported, read with a few queries for any number of groups.

Duties, reminders, the group's overview and the office's list of reports all use this module, so they all say the same
about a group. The caller has opened a scope that sees the groups in question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import full_name
from core.compiled import compiled_query
from duties.registry import DutyQuery
from groups.access import PersonRoles, roles_of
from groups.models import Group, Quadrennium
from groups.queries import Holders, holders
from reporting.models import Report, ReportingYear, TargetSet, all_reporting_years, deadline, sections_of
from reporting.standing import entries_known_at
from reporting.states import EDITABLE, ReportStage

# The portal no longer asks for a report that is more than a year late.
ASKED_FOR = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """The period and the reporting years that matter on a day."""

    day: date
    period: Quadrennium | None
    # The latest year whose reports have opened.
    latest: ReportingYear | None
    # The years for which the portal still asks for reports.
    years: tuple[ReportingYear, ...]


def asked_on(day: date) -> Asked:
    """The period and the reporting years that matter on a day, from cached reference data."""
    opened = [year for year in all_reporting_years() if year.opens_on <= day]
    return Asked(
        day=day,
        period=Quadrennium.current(day),
        latest=opened[-1] if opened else None,
        years=tuple(year for year in opened if year.due_on >= day - ASKED_FOR),
    )


class TargetSetLine(NamedTuple):
    """One group's set of targets for one period, without the targets that were dropped."""

    group_id: int
    period_id: int
    pk: int
    state: str
    submitted_at: datetime | None
    targets: int
    # Targets whose status at the end of the latest reporting year is known.
    recorded: int


class ReportLine(NamedTuple):
    """One group's report of one year."""

    group_id: int
    year: int
    pk: int
    template_id: int
    state: str
    extended_to: date | None
    extended_why: str
    answer_by: date | None
    submitted_at: datetime | None
    decided_at: datetime | None
    given_name: str | None
    family_name: str | None
    # Sections that were ever saved, sections that are complete, and versions that were sent.
    written: int
    done: int
    versions: int
    # When the first version was sent, and the deadline that held on that day; None before.
    first_sent_at: datetime | None
    first_due_on: date | None

    @property
    def submitted_by_name(self) -> str:
        """The name of the person who sent the report last, or '' when no person has sent it."""
        if self.given_name is None or self.family_name is None:
            return ""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True)
class GroupSummary:
    """One group's targets and reports on a day."""

    group: Group
    asked: Asked
    # Sets by the id of their period; reports by year.
    sets: dict[int, TargetSetLine] = field(default_factory=dict)
    reports: dict[int, ReportLine] = field(default_factory=dict)

    @property
    def owes(self) -> bool:
        """Whether the group has to report: groups of its kind do, and it is open on the day (guidelines 8.1)."""
        closed = self.group.closed_on is not None and self.group.closed_on <= self.asked.day
        return self.group.category.reports_annually and not closed

    @property
    def target_set(self) -> TargetSetLine | None:
        """The set of the day's period, or None before the group has begun one."""
        return self.sets.get(self.asked.period.pk) if self.asked.period else None

    @property
    def latest_set(self) -> TargetSetLine | None:
        """The set of the period of the latest reporting year."""
        return self.sets.get(self.asked.latest.quadrennium_id) if self.asked.latest else None

    def standing(self, year: ReportingYear) -> ReportStanding:
        """The status of the group's report of a year."""
        return report_standing(year, self.reports.get(year.year), self.asked.day)


def summaries(groups: Iterable[Group], day: date) -> dict[int, GroupSummary]:
    """The summary of each group on the day, by the group's id; two queries, none without a group."""
    asked = asked_on(day)
    found = {group.pk: GroupSummary(group, asked) for group in groups}
    if not found:
        return found
    for line in target_set_lines(found, asked):
        found[line.group_id].sets[line.period_id] = line
    years = {year.year for year in (*asked.years, asked.latest) if year}
    for report in report_lines(found, years):
        found[report.group_id].reports[report.year] = report
    return found


def target_set_lines(group_ids: Collection[int], asked: Asked) -> list[TargetSetLine]:
    """The groups' sets of the day's period and of the latest reporting year's; one query."""
    period, latest = asked.period, asked.latest
    periods = {*([period.pk] if period else []), *([latest.quadrennium_id] if latest else [])}
    rows = _target_sets(groups=list(group_ids), periods=list(periods), year=latest.year if latest else 0)
    return [TargetSetLine(*row) for row in rows]


@compiled_query
def _target_sets(groups: list[int], periods: list[int], year: int) -> QuerySet:
    live = Q(targets__dropped_at=None)
    known = entries_known_at(year).filter(group__any_of=groups).values("target")
    return (
        TargetSet.objects.filter(group__any_of=groups, quadrennium__any_of=periods)
        .annotate(
            live=Count("targets", filter=live, distinct=True),
            recorded=Count("targets", filter=live & Q(targets__in=known), distinct=True),
        )
        .order_by("pk")
        .values_list("group_id", "quadrennium_id", "pk", "state", "submitted_at", "live", "recorded")
    )


def report_lines(group_ids: Collection[int], years: Collection[int]) -> list[ReportLine]:
    """The groups' reports of these years; one query."""
    return [ReportLine(*row) for row in _reports(groups=list(group_ids), years=list(years))]


@compiled_query
def _reports(groups: list[int], years: list[int]) -> QuerySet:
    return (
        Report.objects.filter(group__any_of=groups, reporting_year__any_of=years)
        .annotate(
            written=Count("sections", distinct=True),
            done=Count("sections", filter=Q(sections__is_complete=True), distinct=True),
            versions=Count("submissions", distinct=True),
            first_sent_at=Min("submissions__submitted_at"),
            first_due_on=Min("submissions__due_on", filter=Q(submissions__number=1)),
        )
        .order_by("reporting_year", "pk")
        .values_list(
            *("group_id", "reporting_year_id", "pk", "template_id", "state"),
            *("extended_to", "extended_why", "answer_by", "submitted_at", "decided_at"),
            *(f"submitted_by__{name}" for name in ("given_name", "family_name")),
            *("written", "done", "versions", "first_sent_at", "first_due_on"),
        )
    )


# Status signs of the design for the stages of a report.
KINDS = {
    ReportStage.NOT_STARTED: "todo",
    ReportStage.DRAFT: "going",
    ReportStage.SUBMITTED: "wait",
    ReportStage.RETURNED: "back",
    ReportStage.ACCEPTED: "done",
}
OWED = (ReportStage.NOT_STARTED, ReportStage.DRAFT, ReportStage.RETURNED)


@dataclass(frozen=True)
class ReportStanding:
    """The status of a group's report of one year, with its deadline."""

    stage: ReportStage
    due_on: date
    overdue: bool
    sections_done: int
    sections_of: int
    extended: bool = False
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    # When the first version was sent, and the deadline that held on that day; None before.
    first_sent_at: datetime | None = None
    first_due_on: date | None = None

    @property
    def on_time(self) -> bool | None:
        """Whether the first version was sent by the deadline that held on that day; None before it was sent."""
        if self.first_sent_at is None or self.first_due_on is None:
            return None
        return self.first_sent_at.date() <= self.first_due_on

    @property
    def kind(self) -> str:
        """The status sign: late when overdue."""
        return "late" if self.overdue else KINDS[self.stage]


def report_standing(year: ReportingYear, report: ReportLine | None, day: date) -> ReportStanding:
    """The status of a group's report of a year on the day; `report` is None before the group begins it."""
    if report is None:
        due_on = year.due_on
        return ReportStanding(
            ReportStage.NOT_STARTED, due_on, day > due_on, 0, len(sections_of(year.template_id))
        )
    stage = ReportStage(report.state)
    due_on = deadline(year.due_on, report.state, report.extended_to, report.answer_by)
    sections = len(sections_of(report.template_id))
    if stage == ReportStage.DRAFT and not report.written:
        # The row was made for a later deadline or a grant; the group has written nothing.
        stage = ReportStage.NOT_STARTED
    return ReportStanding(
        stage=stage,
        due_on=due_on,
        overdue=stage in OWED and day > due_on,
        # A report can be sent only when all its sections are complete.
        sections_done=report.done if report.state in EDITABLE else sections,
        sections_of=sections,
        extended=report.extended_to is not None,
        submitted_at=report.submitted_at,
        decided_at=report.decided_at,
        first_sent_at=report.first_sent_at,
        first_due_on=report.first_due_on,
    )


def summaries_for(query: DutyQuery) -> Iterator[tuple[GroupSummary, Holders]]:
    """The reporting, open groups of a duty query, each with the people who hold a role in it.

    For one person only that person's roles are given. Three queries for a person and four for everybody. What groups
    without network support have sent is the duty of the Chair's Office as a whole (reporting.review.duties).
    """
    groups = Group.objects.open(query.day).filter(category__reports_annually=True).select_related("category")
    if query.group_ids is not None:
        groups = groups.filter(pk__in=query.group_ids)
    if query.person is None:
        in_office = holders(query.day, query.group_ids)
    else:
        held: PersonRoles = query.held or roles_of(query.person, query.day)
        in_office = {pk: own_roles(held, pk, query.person.pk) for pk in held.groups}
        groups = groups.filter(pk__in=held.groups)
    for pk, summary in summaries(groups, query.day).items():
        yield summary, in_office.get(pk, {})


def own_roles(held: PersonRoles, group_id: int, person_id: int) -> Holders:
    """One person's roles in a group, in the shape of `groups.queries.holders`."""
    return dict.fromkeys(held.groups.get(group_id, ()), (person_id,))
