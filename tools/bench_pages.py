"""The pages that `make bench` visits, and the SQL statements of each. Set Django up before you import this module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, zip_longest
from typing import Any

from django.db import connection, transaction
from django.test.utils import override_settings
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from core import clock, scope
from groups.access import roles_of
from groups.models import Appointment, Category, Group, Quadrennium
from groups.roles import SECOND_FACTOR, RoleCode
from groups.sections import SECTIONS, groups_in
from reporting.models import Report, ReportingYear
from reporting.states import EDITABLE, ReportStage
from tools.signed_in import GROUP, client_for, persona, report_year, session_of

# The number of lines on one page of the directory and of the list of reports.
PER_PAGE = 25
# Statements that only set a savepoint. The scope is set in front of another statement and adds none.
NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass(frozen=True)
class Visit:
    """One visit: the person and the address."""

    person: User
    address: str


@dataclass(frozen=True)
class Page:
    """A kind of page: one visit in the demo's own group for the warm-up, and the visits that are measured."""

    demo: Visit
    visits: list[Visit]


def led_groups(wanted: int) -> list[tuple[Group, User]]:
    """Up to `wanted` groups that write this year's report, each with its own leader.

    The demo's own group is left out, and so are leaders who need a second factor for another role.
    """
    found: dict[int, tuple[Group, User]] = {}
    taken: set[int] = set()
    with transaction.atomic(), scope.read_everywhere("checks"):
        writing = Report.objects.filter(reporting_year=report_year(), state__in=EDITABLE)
        leading = (
            Appointment.objects.on().with_role(RoleCode.LEADER).filter(group__in=writing.values("group"))
        )
        rows = leading.exclude(group__slug=GROUP).select_related("group", "person")
        for row in rows.order_by("group__sort_key", "pk"):
            if len(found) == wanted:
                break
            if row.group_id in found or row.person_id in taken:
                continue
            if not roles_of(row.person).all_codes & SECOND_FACTOR:
                found[row.group_id] = (row.group, row.person)
                taken.add(row.person_id)
    return list(found.values())


def in_group(slug: str) -> dict[str, str]:
    """The addresses of the pages inside one group, by name."""
    period, year = Quadrennium.current(), report_year()
    assert period is not None
    slug_and_years = [slug, period.starts_on.year, period.ends_on.year]
    return {
        "workspace": reverse("workspace:overview", args=[slug]),
        "member list": reverse("members:member-list", args=[slug]),
        "targets": reverse("reporting:target-list", args=slug_and_years),
        "report editor": reverse("reporting:report-section", args=[slug, year, "assess"]),
    }


def _in_turn(*lists: Iterable[str]) -> list[str]:
    """The first text of each list, then the second of each list, and so on, without repetitions."""
    mixed = [one for few in zip_longest(*lists) for one in few if one is not None]
    return list(dict.fromkeys(mixed))


def directory_queries(groups: list[Group]) -> list[str]:
    """Every page of the whole list, of each heading and of each kind, alternating with a search for each group."""
    everything = Group.objects.open()
    shelves = [({"section": one.slug}, everything.filter(groups_in(one))) for one in SECTIONS]
    shelves += [({"kind": one.pk}, everything.filter(category=one)) for one in Category.objects.all()]
    lists = [urlencode({"page": page}) for page in _pages(everything.count()) if page > 1]
    lists += [urlencode({**shelf, "page": str(n)}) for shelf, found in shelves for n in _pages(found.count())]
    return _in_turn(lists, [urlencode({"q": group.name}) for group in groups])


def opened_years() -> list[int]:
    """The years whose reports have opened, newest first."""
    opened = ReportingYear.objects.filter(opens_on__lte=clock.today()).order_by("-year")
    return [row.year for row in opened]


def dashboard_queries(wanted: int) -> list[str]:
    """This many addresses of the dashboard. There are few years, so a number that the page ignores tells them apart."""
    years = opened_years()
    return [urlencode({"year": years[n % len(years)], "n": n}) for n in range(wanted)]


def report_list_queries(groups: list[Group]) -> list[str]:
    """Every page of every year, alternating with this year's filters and orders; then a search for each group."""
    years = opened_years()
    reporting = _pages(Group.objects.open().filter(category__reports_annually=True).count())
    lists = [{"years": year, "page": page} for page in reporting for year in years]
    filters: list[dict[str, Any]] = [{"overdue": "on"}, *({"state": state} for state in ReportStage.values)]
    filters += [{"category": one.pk} for one in Category.objects.filter(reports_annually=True)]
    queries = _in_turn(map(urlencode, lists), map(urlencode, filters))
    return [*queries, *(urlencode({"q": group.name}) for group in groups)]


def _pages(groups: int) -> range:
    """The page numbers of a list with this many groups."""
    return range(1, -(-groups // PER_PAGE) + 1)


def _asked(address: str, queries: list[str], people: list[User]) -> list[Visit]:
    """A visit for each query; the people take turns."""
    return [
        Visit(person, f"{address}?{query}") for query, person in zip(queries, cycle(people), strict=False)
    ]


def pages(wanted: int) -> dict[str, Page]:
    """Each kind of page with `wanted` visits, each of a different group or with a different query."""
    led = led_groups(wanted)
    groups, leaders = [group for group, _ in led], [person for _, person in led]
    staff = [persona(code) for code in ("SC", "CS", "DC", "SM")]
    found = {
        name: Page(
            Visit(persona("LE"), address),
            [Visit(person, in_group(group.slug)[name]) for group, person in led],
        )
        for name, address in in_group(GROUP).items()
    }
    directory, dashboard = reverse("workspace:directory"), reverse("office:dashboard")
    reports = reverse("office:report-list")
    found["directory"] = Page(
        Visit(persona("LE"), directory), _asked(directory, directory_queries(groups)[:wanted], leaders)
    )
    found["office dashboard"] = Page(
        Visit(persona("CA"), dashboard), _asked(dashboard, dashboard_queries(wanted), staff)
    )
    found["office reports"] = Page(
        Visit(persona("CA"), reports), _asked(reports, report_list_queries(groups)[:wanted], staff)
    )
    return found


def addressed(wanted: int) -> dict[str, dict[str, Any]]:
    """The pages as [session, address] for requests over HTTP. Each person signs in once."""
    sessions: dict[int, str] = {}

    def one(visit: Visit) -> list[str]:
        if visit.person.pk not in sessions:
            sessions[visit.person.pk] = session_of(visit.person)
        return [sessions[visit.person.pk], visit.address]

    return {
        name: {"demo": one(page.demo), "visits": [one(visit) for visit in page.visits]}
        for name, page in pages(wanted).items()
    }


def statements(visit: Visit) -> list[str]:
    """The SQL of one visit without savepoints. Raises RuntimeError when the status is not 200."""
    client, seen = client_for(visit.person), list[str]()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(visit.address)
    if answer.status_code != 200:
        raise RuntimeError(f"{visit.address} answers {answer.status_code}")
    return [sql for sql in seen if not sql.startswith(NOT_COUNTED)]


def count(wanted: int) -> dict[str, Any]:
    """The number of statements of each page: at the first and second visit of the demo's group, and the most anywhere.

    Other groups are visited before, so that the process has cached the reference data. The cache does not expire
    while this function counts. Each of these other visits is also the first of its group and person.
    """
    found: dict[str, dict[str, int]] = {}
    with override_settings(REFERENCE_SECONDS=3600):
        for name, page in pages(wanted).items():
            statements(page.visits[0] if page.visits else page.demo)
            most = [len(statements(visit)) for visit in page.visits[1:]]
            first, again = len(statements(page.demo)), len(statements(page.demo))
            found[name] = {"first": first, "again": again, "most": max([*most, first])}
    return {"groups": Group.objects.open().count(), "pages": found}
