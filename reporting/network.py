"""Annual reports and target sets of all groups, as the Chair's Office lists, counts and decides them.

The office's lists and figures, My tasks, the duty of the Chair's Office and the link to the next one to review all
use this module, so that a number and the list behind it are the same rows (docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import full_name, normalised
from core import clock, scope
from core.sorting import PARAMETER, Sort, in_order, read_sort
from groups.access import PersonRoles
from groups.models import Appointment, Group, Quadrennium
from groups.roles import Permission
from reporting.deadlines import targets_due_on
from reporting.models import Report, ReportingYear, TargetSet, all_reporting_years, planned_periods
from reporting.states import ReportStage, ReportState, TargetSetStage, TargetSetState
from reporting.summary import ReportStanding, report_lines, report_standing

VIEW = Permission.VIEW_DASHBOARD
# The value of the filters for groups without network support, and for every year or quadrennium.
NOBODY, ALL = "none", "all"
# The parameter with the query of the list from which a person opened a review.
CAME_FROM = "list"


class Supporter(NamedTuple):
    """A person of network support, with the name for lists."""

    pk: int
    name: str


# The contacts at the Chair's Office by the group's id.
Supporters = dict[int, tuple[Supporter, ...]]


# Status signs of the design for the stages of a set of targets.
SET_KINDS = {
    TargetSetStage.NOT_STARTED: "todo",
    TargetSetStage.DRAFT: "going",
    TargetSetStage.SUBMITTED: "wait",
    TargetSetStage.RETURNED: "back",
    TargetSetStage.AGREED: "done",
}
SETS_OWED = (TargetSetStage.NOT_STARTED, TargetSetStage.DRAFT, TargetSetStage.RETURNED)


@dataclass(frozen=True)
class SetStanding:
    """The status of a group's targets of one quadrennium, with the day by which the group sends them."""

    stage: TargetSetStage
    due_on: date
    overdue: bool
    # Without the targets that were dropped.
    targets: int = 0
    submitted_at: datetime | None = None
    decided_at: datetime | None = None

    @property
    def kind(self) -> str:
        """The status sign: late when overdue."""
        return "late" if self.overdue else SET_KINDS[self.stage]


@dataclass(frozen=True)
class Row:
    """One group's report of a year, or its targets of a quadrennium, and its contacts at the Chair's Office."""

    group: Group
    # The year of a report; the first and the last year of a quadrennium.
    years: tuple[int, ...]
    standing: ReportStanding | SetStanding
    network_support: tuple[Supporter, ...] = ()

    @property
    def key(self) -> tuple[int, tuple[int, ...]]:
        """Which row of the list this is."""
        return self.group.pk, self.years

    @property
    def waits(self) -> bool:
        """Whether the Chair's Office has to decide."""
        return self.standing.stage == ReportStage.SUBMITTED

    @property
    def share_done(self) -> float | None:
        """The share of sections that are complete; None for targets."""
        standing = self.standing
        if not isinstance(standing, ReportStanding) or not standing.sections_of:
            return None
        return standing.sections_done / standing.sections_of

    @property
    def targets(self) -> int | None:
        """The number of targets; None for a report."""
        return self.standing.targets if isinstance(self.standing, SetStanding) else None


@dataclass(frozen=True)
class Listing:
    """One of the two lists: its stages, the names that sort it, and who may decide."""

    url_name: str
    export_url_name: str
    review_url_name: str
    stages: tuple[ReportStage | TargetSetStage, ...]
    sorts: Mapping[str, Callable[[Row], Any]]
    decides: Permission


def _common_sorts(stages: tuple[Any, ...]) -> dict[str, Callable[[Row], Any]]:
    return {
        "group": lambda row: row.group.sort_key,
        "years": lambda row: row.years,
        "state": lambda row: (stages.index(row.standing.stage), row.standing.overdue),
        "due": lambda row: row.standing.due_on,
        "sent": lambda row: row.standing.submitted_at,
        "support": lambda row: [normalised(person.name) for person in row.network_support] or None,
    }


REPORTS = Listing(
    "office:report-list",
    "office:report-export",
    "reporting:report-review",
    tuple(ReportStage),
    {**_common_sorts(tuple(ReportStage)), "sections": lambda row: row.share_done},
    Permission.REVIEW_REPORT,
)
TARGETS = Listing(
    "office:target-list",
    "office:target-export",
    "reporting:target-review",
    tuple(TargetSetStage),
    {**_common_sorts(tuple(TargetSetStage)), "targets": lambda row: row.targets},
    Permission.DECIDE_TARGETS,
)

# States of the filter that stand for several stages, such as those that one figure of the dashboard counts.
TOGETHER: dict[str, tuple[str, ...]] = {
    "received": (ReportStage.SUBMITTED, ReportStage.ACCEPTED),
    "unsent": (ReportStage.NOT_STARTED, ReportStage.DRAFT),
}
OVERDUE, IN_TIME = "on", "no"


@dataclass(frozen=True)
class Filters:
    """The filters and the order of a list; an empty value filters nothing."""

    words: str = ""
    state: str = ""
    category: str = ""
    # The id of a person of network support, or NOBODY.
    support: str = ""
    overdue: str = ""
    sort: Sort = field(default_factory=lambda: Sort("group"))

    @property
    def query(self) -> dict[str, str]:
        """The filters as parameters of an address, without the empty ones and without the order."""
        named = {
            "q": self.words,
            "state": self.state,
            "category": self.category,
            "support": self.support,
            "overdue": self.overdue,
        }
        return {name: value for name, value in named.items() if value}

    def fitting(self, rows: Iterable[Row], listing: Listing) -> list[Row]:
        """The rows that match all filters, in order. Equal rows keep the order of the groups' names."""
        asked = normalised(self.words).split()
        kept = [row for row in rows if self._keep(row, asked)]
        return in_order(kept, listing.sorts[self.sort.name], self.sort)

    def keep(self, row: Row) -> bool:
        """Whether the row matches all filters."""
        return self._keep(row, normalised(self.words).split())

    def _keep(self, row: Row, asked: list[str]) -> bool:
        stages = TOGETHER.get(self.state, (self.state,))
        return (
            all(word in row.group.search for word in asked)
            and (not self.state or row.standing.stage in stages)
            and (not self.category or row.group.category_id == self.category)
            and (not self.support or self._supported(row))
            and (not self.overdue or row.standing.overdue == (self.overdue == OVERDUE))
        )

    def _supported(self, row: Row) -> bool:
        if self.support == NOBODY:
            return not row.network_support
        return any(str(person.pk) == self.support for person in row.network_support)


def states_of(listing: Listing) -> list[str]:
    """The values of the filter by state: every stage of the list, and for reports those that stand for several."""
    return [*listing.stages, *(TOGETHER if listing is REPORTS else ())]


def read_filters(asked: Mapping[str, str], rows: Collection[Row], listing: Listing) -> Filters:
    """The filters that an address asks for. Apart from the words, a value that the list does not offer is ignored."""

    def offered(name: str, values: Collection[str]) -> str:
        value = asked.get(name, "")
        return value if value in values else ""

    return Filters(
        words=" ".join(asked.get("q", "").replace("\x00", "").split())[:100],
        state=offered("state", states_of(listing)),
        category=offered("category", {row.group.category_id for row in rows}),
        support=offered("support", {NOBODY, *(str(person.pk) for person in supporters_in(rows))}),
        overdue=offered("overdue", (OVERDUE, IN_TIME)),
        sort=read_sort(asked.get(PARAMETER, ""), listing.sorts, "group"),
    )


def supporters_in(rows: Iterable[Row]) -> list[Supporter]:
    """The people of network support of these rows, by name."""
    return sorted({one for row in rows for one in row.network_support}, key=lambda one: (one.name, one.pk))


def reporting_years(day: date) -> list[ReportingYear]:
    """Years whose reports have opened, newest first."""
    return [one for one in reversed(all_reporting_years()) if one.opens_on <= day]


def begun_periods(day: date) -> list[Quadrennium]:
    """Quadrennia with a plan that have begun, newest first."""
    return [one for one in reversed(planned_periods()) if one.starts_on <= day]


def existed_in(group: Group, year: int) -> bool:
    """Whether the group existed at the end of the year, as in GroupQuerySet.reporting."""
    return existed_on(group, date(year, 12, 31))


def existed_on(group: Group, last: date) -> bool:
    """Whether the group existed on the day, and so has to report for the period that ends on it (guidelines 8.1)."""
    closed = group.closed_on is not None and group.closed_on < last
    founded_later = group.founded_on is not None and group.founded_on > last
    return not closed and not founded_later


def report_rows(
    held: PersonRoles | None,
    years: Collection[ReportingYear],
    day: date,
    *,
    waiting: bool = False,
    support: Supporters | None = None,
) -> list[Row]:
    """Every report that a group has to write for the years, by the groups' names; network support sees its own groups.

    With `waiting`, only the reports that the Chair's Office has to decide about. `held` None reads for all groups.
    Three queries, however many groups there are; two when the caller has read the network support.
    """
    numbers = [year.year for year in years]
    with scope.read_everywhere("office-grid"):
        groups = _groups_for(held)
        if waiting:
            sent = Report.objects.filter(
                group=OuterRef("pk"), state=ReportState.SUBMITTED, reporting_year__in=numbers
            )
            groups = groups.filter(Exists(sent))
        listed = list(groups)
        lines = report_lines([group.pk for group in listed], numbers)
        support = network_support(day) if support is None else support
    reports = {(line.group_id, line.year): line for line in lines}
    rows = [
        Row(
            group,
            (year.year,),
            report_standing(year, reports.get((group.pk, year.year)), day),
            support.get(group.pk, ()),
        )
        for group in listed
        for year in years
        if existed_in(group, year.year)
    ]
    return [row for row in rows if row.waits] if waiting else rows


def target_rows(
    held: PersonRoles | None,
    periods: Collection[Quadrennium],
    day: date,
    *,
    waiting: bool = False,
    support: Supporters | None = None,
) -> list[Row]:
    """Every set of targets that a group has to set for the quadrennia, like `report_rows`; three queries."""
    with scope.read_everywhere("office-grid"):
        groups = _groups_for(held)
        sets = TargetSet.objects.filter(quadrennium__in=[period.pk for period in periods])
        if waiting:
            sets = sets.filter(state=TargetSetState.SUBMITTED)
            groups = groups.filter(Exists(sets.filter(group=OuterRef("pk"))))
        listed = list(groups)
        counted = sets.annotate(live=Count("targets", filter=Q(targets__dropped_at=None)))
        lines = {
            (group_id, period_id): rest
            for group_id, period_id, *rest in counted.order_by().values_list(
                "group_id", "quadrennium_id", "state", "submitted_at", "decided_at", "live"
            )
        }
        support = network_support(day) if support is None else support
    rows = [
        Row(
            group,
            (period.years[0], period.years[-1]),
            _set_standing(period, lines.get((group.pk, period.pk)), day),
            support.get(group.pk, ()),
        )
        for group in listed
        for period in periods
        # A group that closes today is not asked for targets any more.
        if existed_on(group, min(day + timedelta(days=1), period.ends_on))
    ]
    return [row for row in rows if row.waits] if waiting else rows


def _groups_for(held: PersonRoles | None) -> Any:
    """The groups of kinds that report, as far as the person may see them all together."""
    groups = Group.objects.filter(category__reports_annually=True).select_related("category")
    if held is None or held.everywhere(VIEW):
        return groups
    return groups.filter(pk__in=held.groups_where(VIEW))


def _set_standing(period: Quadrennium, line: list[Any] | None, day: date) -> SetStanding:
    state, submitted_at, decided_at, targets = line or (TargetSetStage.NOT_STARTED, None, None, 0)
    stage, due_on = TargetSetStage(state), targets_due_on(period)
    return SetStanding(stage, due_on, stage in SETS_OWED and day > due_on, targets, submitted_at, decided_at)


def network_support(day: date) -> Supporters:
    """The active contacts at the Chair's Office of each group on the day; one query (guidelines 3.5)."""
    found: Supporters = {}
    rows = Appointment.objects.on(day).filter(office="network_support", person__is_active=True)
    names = ("id", "given_name", "family_name")
    ordered = rows.order_by("starts_on", "pk").values_list("group_id", *(f"person__{name}" for name in names))
    for group_id, pk, *parts in ordered:
        found[group_id] = (*found.get(group_id, ()), Supporter(pk, full_name(*parts)))
    return found


def waiting_reports(held: PersonRoles | None, day: date, support: Supporters | None = None) -> list[Row]:
    """The reports of all years that the Chair's Office has to decide about, the longest wait first."""
    rows = report_rows(held, reporting_years(day), day, waiting=True, support=support)
    return oldest_first(rows, REPORTS)


def waiting_targets(held: PersonRoles | None, day: date, support: Supporters | None = None) -> list[Row]:
    """The target sets of all quadrennia that the Chair's Office has to decide about, the longest wait first."""
    rows = target_rows(held, begun_periods(day), day, waiting=True, support=support)
    return oldest_first(rows, TARGETS)


OLDEST_FIRST = {"state": str(ReportStage.SUBMITTED), PARAMETER: "sent"}


def oldest_first(rows: Iterable[Row], listing: Listing) -> list[Row]:
    """The rows by the moment in which they were sent."""
    return in_order(rows, listing.sorts["sent"], Sort("sent"))


def waiting_query(**more: str) -> str:
    """The query of a list with exactly the rows that wait, oldest first."""
    return urlencode({"years": ALL, **OLDEST_FIRST, **more})


def waiting_url(listing: Listing, **more: str) -> str:
    """The address of the list with exactly the rows that wait, oldest first."""
    return f"{reverse(listing.url_name)}?{waiting_query(**more)}"


def review_url(listing: Listing, row: Row, query: str = "") -> str:
    """The address where the row is decided. It keeps the query of the list, so that the next one follows its order."""
    url = reverse(listing.review_url_name, args=[row.group.slug, *row.years])
    return f"{url}?{urlencode({CAME_FROM: query})}" if query else url


def may_review(held: PersonRoles, row: Row, listing: Listing) -> bool:
    """Whether the person may decide about the row's group: the right, and no office in the group."""
    return held.may(listing.decides, row.group) and not held.works_for(row.group)


def asked_list(given: Mapping[str, str]) -> dict[str, str]:
    """The query of the list from which the person opened this page; empty when they came from elsewhere."""
    return dict(parse_qsl(given.get(CAME_FROM, "")[:500]))


@dataclass(frozen=True)
class NextOne:
    """The link to what the person can review next."""

    label: str
    url: str

    def after(self, sentence: str) -> SafeString:
        """The sentence of a notice, followed by the link."""
        return format_html('{} <a href="{}">{}</a>', sentence, self.url, self.label)


def next_link(
    held: PersonRoles, listing: Listing, given: Mapping[str, str], group: Group, *years: int
) -> NextOne | None:
    """The link to the report or target set that follows this one in the person's list; None when no other waits."""
    row = next_to_review(held, listing, clock.today(), asked_list(given), (group.pk, years))
    if row is None:
        return None
    return NextOne(
        _("Next: %(group)s") % {"group": row.group.name}, review_url(listing, row, given.get(CAME_FROM, ""))
    )


def next_to_review(
    held: PersonRoles,
    listing: Listing,
    day: date,
    asked: Mapping[str, str],
    after: tuple[int, tuple[int, ...]] | None = None,
) -> Row | None:
    """The row to review after this one, in the order and with the filters of the list that the person came from.

    `asked` is the query of that list; without one, the longest wait comes first. After the last row comes the first
    one. None when nothing else waits. Two queries, three when the list is filtered or sorted by network support.
    """
    asked = asked or OLDEST_FIRST
    by_support = "support" in asked or asked.get(PARAMETER, "").endswith("support")
    with scope.read_everywhere("office-grid"):
        support = network_support(day) if by_support else {}
    wait = waiting_reports if listing is REPORTS else waiting_targets
    rows = wait(held, day, support)
    filters = replace(read_filters(asked, rows, listing), state=str(ReportStage.SUBMITTED), overdue="")
    of_years = [row for row in rows if asked.get("years", ALL) in (ALL, years_text(row))]
    queue = filters.fitting(sorted(of_years, key=lambda row: row.group.sort_key), listing)
    place = next((number for number, row in enumerate(queue) if row.key == after), -1)
    turned = [*queue[place + 1 :], *queue[: max(place, 0)]]
    return next((row for row in turned if row.key != after and may_review(held, row, listing)), None)


def years_text(row: Row) -> str:
    """The row's year or quadrennium as the filter of the lists names it."""
    return "-".join(str(year) for year in row.years)
