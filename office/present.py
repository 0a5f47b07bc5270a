"""Words, links and status signs of the office's pages. This module reads nothing and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.templatetags.portal import Cell
from groups.access import PersonRoles
from office.queries import Counts, Grid, MailQueue, Waiting, category_names
from reporting.network import (
    IN_TIME,
    OVERDUE,
    REPORTS,
    TARGETS,
    Filters,
    Listing,
    Row,
    may_review,
    review_url,
    waiting_url,
)
from reporting.states import ReportStage
from reporting.summary import ReportStanding

# After this many days with the office, the page marks a wait as long.
LONG_WAIT = 14
# The dashboard shows at most this many waiting reports and target sets.
WAITING = 5
# A report in one of these stages can be opened for review: it was sent at least once.
REVIEWABLE = {ReportStage.SUBMITTED, ReportStage.RETURNED, ReportStage.ACCEPTED}


def lead(grid: Grid, day: date) -> str:
    """The sentence with today's date and the deadline of the year's reports."""
    values = {
        "today": date_format(day, "l j F Y"),
        "year": grid.year.year,
        "due": date_format(grid.year.due_on, "DATE_FORMAT"),
    }
    if grid.year.due_on < day:
        return _("%(today)s. Annual reports for %(year)s were due on %(due)s.") % values
    return _("%(today)s. Annual reports for %(year)s are due on %(due)s.") % values


def waiting_columns() -> list[dict[str, Any]]:
    """The headings of the table of the longest waits."""
    return [{"label": _("What")}, {"label": _("Group")}, {"label": _("With")}, {"label": _("Waiting")}]


def waiting_rows(grid: Grid, held: PersonRoles, viewer_id: int, day: date) -> list[list[Cell]]:
    """The reports and targets that wait longest for the office. Readers who may decide get a link."""
    return [_waiting_row(one, held, viewer_id, day) for one in grid.waiting[:WAITING]]


def waiting_lists(grid: Grid) -> list[dict[str, str]]:
    """The lists of all that waits, each with its number of rows."""
    reports, targets = len(grid.reports), len(grid.targets)
    return [
        {
            "url": waiting_url(REPORTS),
            "label": ngettext("%(n)d report to review", "%(n)d reports to review", reports) % {"n": reports},
        },
        {
            "url": waiting_url(TARGETS),
            "label": ngettext("%(n)d target set to review", "%(n)d target sets to review", targets)
            % {"n": targets},
        },
    ]


def chart(grid: Grid) -> dict[str, Any]:
    """Bars by what groups look after, as long as their number of groups; the key, and the figures as a table."""
    key = parts(grid.counts)
    urls = [_list_url(grid, **narrowed) for narrowed in PARTS]
    most = max((counts.of for _name, counts in grid.by_section), default=1)
    bars = [(name, parts(counts), counts.of, 100 * counts.of / most) for name, counts in grid.by_section]
    return {
        "key": [(*part, url) for part, url in zip(key, urls, strict=True)],
        "bars": bars,
        "columns": [_("What groups look after"), *[label for _css, _count, label in key], _("Groups")],
        "table": [[name, *[number for _css, number, _label in bar], of] for name, bar, of, _length in bars],
    }


def _list_url(grid: Grid, **narrowed: str) -> str:
    """The address of the list of the year's reports with these filters."""
    return f"{reverse(REPORTS.url_name)}?{urlencode({'years': str(grid.year.year), **narrowed})}"


def figures(grid: Grid) -> list[dict[str, Any]]:
    """The counts of the year. Each links to its rows in the list; labels say which counts contain each other."""
    counts = grid.counts

    def figure(value: int, label: str, kind: str = "", **narrowed: str) -> dict[str, Any]:
        return {
            "value": value,
            "label": label,
            "kind": kind if value else "",
            "url": _list_url(grid, **narrowed),
        }

    return [
        figure(
            counts.received,
            ngettext(
                "of %(all)d reports received: to review or accepted",
                "of %(all)d reports received: to review or accepted",
                counts.received,
            )
            % {"all": counts.of},
            state="received",
        ),
        figure(counts.submitted, _("to review"), "wait", state=ReportStage.SUBMITTED),
        figure(counts.accepted, pgettext("reports", "accepted"), state=ReportStage.ACCEPTED),
        figure(counts.returned, pgettext("reports", "sent back"), state=ReportStage.RETURNED),
        figure(counts.draft, pgettext("reports", "being written"), state=ReportStage.DRAFT),
        figure(counts.none, pgettext("reports", "not started"), state=ReportStage.NOT_STARTED),
        figure(
            counts.overdue,
            _("overdue: sent back, being written or not started"),
            "late",
            overdue=OVERDUE,
        ),
    ]


# The filters that find the rows of each part of the chart's bars.
PARTS: tuple[dict[str, str], ...] = (
    {"state": ReportStage.ACCEPTED},
    {"state": ReportStage.SUBMITTED},
    {"state": ReportStage.RETURNED, "overdue": IN_TIME},
    {"state": "unsent", "overdue": IN_TIME},
    {"overdue": OVERDUE},
)


def parts(counts: Counts) -> list[tuple[str, int, str]]:
    """The counts as parts of one bar. No group is in two parts, and the parts add up to all groups."""
    return [
        ("k1", counts.accepted, pgettext("reports", "Accepted")),
        ("k2", counts.submitted, _("To review")),
        ("k6", counts.returned_in_time, _("Sent back, not overdue")),
        ("k3", counts.owed_in_time, _("Not yet sent, not overdue")),
        ("k5", counts.overdue, _("Overdue")),
    ]


@dataclass(frozen=True)
class ListWords:
    """The texts of one of the two lists."""

    title: str
    lead: str
    caption: str
    nothing_waits: str


def list_words(listing: Listing) -> ListWords:
    """The texts of a list."""
    if listing is REPORTS:
        return ListWords(
            _("Annual reports"),
            _("The report of every group that has to report, year by year."),
            _("Annual reports, group by group"),
            _("No report is waiting for review"),
        )
    return ListWords(
        _("Target sets"),
        _("The targets of every group that has to report, quadrennium by quadrennium."),
        _("Target sets, group by group"),
        _("No target set is waiting for review"),
    )


def list_columns(listing: Listing) -> list[dict[str, Any]]:
    """The headings of a list, with the names that sort it."""
    about_reports = listing is REPORTS
    return [
        {"label": _("Group"), "name": "group"},
        {"label": _("Year") if about_reports else _("Quadrennium"), "name": "years"},
        {"label": _("State"), "name": "state", "bare": True},
        {"label": _("Sections"), "name": "sections"}
        if about_reports
        else {"label": _("Targets"), "name": "targets"},
        {"label": _("Due"), "name": "due"},
        {"label": pgettext("column", "Sent"), "name": "sent"},
        {"label": _("Network support"), "name": "support"},
        {"label": _("Report") if about_reports else _("Targets"), "hidden": True, "bare": True},
    ]


def list_lines(
    listing: Listing, rows: Iterable[Row], held: PersonRoles, day: date, query: str
) -> list[list[Cell]]:
    """The lines of a list. `query` is the query of the list, which the link to the review keeps."""
    kinds = category_names()
    return [_line(listing, row, kinds[row.group.category_id], held, day, query) for row in rows]


def _line(listing: Listing, row: Row, kind: str, held: PersonRoles, day: date, query: str) -> list[Cell]:
    standing = row.standing
    label = str(standing.stage.label)
    if standing.overdue:
        days = (day - standing.due_on).days
        late = ngettext("%(state)s, %(days)d day overdue", "%(state)s, %(days)d days overdue", days)
        label = late % {"state": label, "days": days}
    amount: str | int = row.targets or ""
    if isinstance(standing, ReportStanding):
        values = {"done": standing.sections_done, "all": standing.sections_of}
        amount = _("%(done)d of %(all)d") % values if standing.sections_of else ""
    extended = isinstance(standing, ReportStanding) and standing.extended
    sent = standing.submitted_at
    return [
        {"text": row.group.name, "url": reverse("workspace:overview", args=[row.group.slug]), "sub": kind},
        {"text": "–".join(str(year) for year in row.years)},
        {"text": label, "kind": standing.kind},
        {"text": amount},
        {"text": date_format(standing.due_on, "SHORT_DATE_FORMAT"), "sub": _("Extended") if extended else ""},
        {"text": date_format(sent, "SHORT_DATE_FORMAT") if sent else ""},
        {"text": ", ".join(person.name for person in row.network_support)},
        _open(listing, row, held, query),
    ]


def _open(listing: Listing, row: Row, held: PersonRoles, query: str) -> Cell:
    """The link that opens the row: the review for people who decide, else the report or the targets."""
    if row.standing.stage == ReportStage.NOT_STARTED:
        return {"text": ""}
    if listing is REPORTS:
        about = _("the report of %(group)s") % {"group": row.group.name}
        reviewable = row.standing.stage in REVIEWABLE and held.may(listing.decides, row.group)
        plain = reverse("reporting:report-detail", args=[row.group.slug, *row.years])
    else:
        about = _("the targets of %(group)s") % {"group": row.group.name}
        reviewable = row.waits and held.may(listing.decides, row.group)
        plain = reverse("reporting:target-list", args=[row.group.slug, *row.years])
    word = _("Review") if row.waits and reviewable else _("Read")
    return {"text": word, "url": review_url(listing, row, query) if reviewable else plain, "about": about}


def list_query(filters: Filters, years: str) -> str:
    """The years, the filters and the order of a list as the query of an address."""
    return urlencode({"years": years, **filters.query, "sort": filters.sort.text})


def _waiting_row(one: Waiting, held: PersonRoles, viewer_id: int, day: date) -> list[Cell]:
    """One line of the table of the longest waits."""
    row, days = one.row, (day - one.since.date()).days
    if one.listing is REPORTS:
        title = _("Report %(year)s") % {"year": row.years[0]}
    else:
        title = _("Targets %(first)s–%(last)s") % {"first": row.years[0], "last": row.years[1]}
    decides = may_review(held, row, one.listing)
    waited = ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else _("Since today")
    support = ", ".join(person.name for person in row.network_support)
    mine = any(person.pk == viewer_id for person in row.network_support)
    return [
        {"text": title, "url": review_url(one.listing, row) if decides else ""},
        {"text": row.group.name},
        {"text": _("You") if mine else support or _("Nobody assigned")},
        {"text": waited, "kind": "late" if days > LONG_WAIT else "wait"},
    ]


ADDRESS = re.compile(r"[^\s<>\"',;:()]+@[^\s<>\"',;:()]+")


def without_addresses(reason: str) -> str:
    """A mail server's answer without email addresses: servers often repeat the recipient's address."""
    return ADDRESS.sub("…", reason)


def mail_figures(queue: MailQueue) -> list[dict[str, Any]]:
    """The counts of the outbox."""
    kinds = {"failed": "late", "unsure": "wait"}
    return [
        {"value": number, "label": label, "kind": kinds.get(state, "") if number else ""}
        for state, label, number in queue.counts
    ]
