"""Words, links and status signs of the office's pages. This module reads nothing and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.portal import Cell
from groups.access import PersonRoles
from groups.roles import Permission
from office.queries import Counts, Grid, GroupRow, MailQueue, Waiting, category_names
from reporting.states import ReportStage

# After this many days with the office, the page marks a wait as long.
LONG_WAIT = 14
# The page lists at most this many waiting reports and target sets.
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


# The permission to decide about reports and about targets.
DECIDES = {"report": Permission.REVIEW_REPORT, "targets": Permission.DECIDE_TARGETS}


def waiting_columns() -> list[dict[str, Any]]:
    """The headings of the table of the longest waits."""
    return [{"label": _("What")}, {"label": _("Group")}, {"label": _("With")}, {"label": _("Waiting")}]


def waiting_rows(grid: Grid, held: PersonRoles, viewer_id: int, day: date) -> list[list[Cell]]:
    """The reports and targets that wait longest for the office. Readers who may decide get a link."""
    return [
        _waiting_row(
            one,
            mine=any(person.pk == viewer_id for person in one.support),
            decides=held.may(DECIDES[one.kind], one.group),
            day=day,
        )
        for one in grid.waiting[:WAITING]
    ]


def chart(grid: Grid) -> dict[str, Any]:
    """Bars by what groups look after, as long as their number of groups; the key, and the figures as a table."""
    key = parts(grid.counts)
    most = max((counts.of for _name, counts in grid.by_section), default=1)
    bars = [(name, parts(counts), counts.of, 100 * counts.of / most) for name, counts in grid.by_section]
    return {
        "key": key,
        "bars": bars,
        "columns": [_("What groups look after"), *[label for _css, _count, label in key], _("Groups")],
        "table": [[name, *[number for _css, number, _label in bar], of] for name, bar, of, _length in bars],
    }


def figures(grid: Grid) -> list[dict[str, Any]]:
    """The counts of the year. Each links to its rows in the list."""
    counts, year = grid.counts, grid.year.year

    def figure(value: int, label: str, kind: str = "", **narrowed: str) -> dict[str, Any]:
        query = urlencode({"year": str(year), **narrowed})
        return {
            "value": value,
            "label": label,
            "kind": kind if value else "",
            "url": f"{reverse('office:dashboard')}?{query}#list",
        }

    return [
        figure(
            counts.received,
            ngettext("of %(all)d reports received", "of %(all)d reports received", counts.received)
            % {"all": counts.of},
        ),
        figure(counts.overdue, _("overdue"), "late", overdue="on"),
        figure(counts.submitted, _("to review"), "wait", state=ReportStage.SUBMITTED),
        figure(counts.returned, _("sent back"), state=ReportStage.RETURNED),
        figure(counts.draft, _("being written"), state=ReportStage.DRAFT),
        figure(counts.none, _("not started"), state=ReportStage.NOT_STARTED),
        figure(counts.accepted, _("accepted"), state=ReportStage.ACCEPTED),
    ]


def parts(counts: Counts) -> list[tuple[str, int, str]]:
    """The counts as parts of one bar. No group is in two parts, and the parts add up to all groups."""
    return [
        ("k1", counts.accepted, _("Accepted")),
        ("k2", counts.submitted, _("In review")),
        ("k6", counts.returned_in_time, _("Sent back")),
        ("k3", counts.owed_in_time, _("Not yet sent")),
        ("k5", counts.overdue, _("Overdue")),
    ]


def report_columns() -> list[dict[str, Any]]:
    """The headings of the list of reports."""
    return [
        {"label": _("Group")},
        {"label": _("State"), "bare": True},
        {"label": _("Sections")},
        {"label": _("Due")},
        {"label": _("Network support")},
        {"label": _("Report"), "hidden": True, "bare": True},
    ]


def report_rows(rows: Iterable[GroupRow], held: PersonRoles, day: date) -> list[list[Cell]]:
    """The lines of the list of reports."""
    kinds = category_names()
    return [
        report_row(row, kinds[row.group.category_id], held.may(Permission.REVIEW_REPORT, row.group), day)
        for row in rows
    ]


def report_row(row: GroupRow, kind: str, reviews: bool, day: date) -> list[Cell]:
    """One line of the list: the group, its report's status, and the link that opens the report."""
    label = str(row.report.stage.label)
    if row.report.overdue:
        days = (day - row.report.due_on).days
        late = ngettext("%(state)s, %(days)d day overdue", "%(state)s, %(days)d days overdue", days)
        label = late % {"state": label, "days": days}
    sections = _("%(done)d of %(all)d") % {"done": row.report.sections_done, "all": row.report.sections_of}
    due = date_format(row.report.due_on, "SHORT_DATE_FORMAT")
    sent = ""
    if row.report.submitted_at:
        sent = _("Sent on %(date)s") % {"date": date_format(row.report.submitted_at, "SHORT_DATE_FORMAT")}
    return [
        {
            "text": row.group.name,
            "url": reverse("workspace:overview", args=[row.group.slug]),
            "sub": kind,
        },
        {"text": label, "kind": row.report.kind, "sub": sent},
        {"text": sections if row.report.sections_of else ""},
        {"text": due, "sub": _("Extended") if row.report.extended else ""},
        {"text": ", ".join(person.name for person in row.network_support)},
        _open(row, reviews),
    ]


def _open(row: GroupRow, reviews: bool) -> Cell:
    """The link that opens the row's report: the review for people who decide, else the report."""
    if row.report.stage == ReportStage.NOT_STARTED:
        return {"text": ""}
    about = _("the report of %(group)s") % {"group": row.group.name}
    if row.report.stage in REVIEWABLE and reviews:
        word = _("Review") if row.report.stage == ReportStage.SUBMITTED else _("Read")
        return {
            "text": word,
            "url": reverse("reporting:report-review", args=[row.group.slug, row.year]),
            "about": about,
        }
    return {
        "text": _("Read"),
        "url": reverse("reporting:report-detail", args=[row.group.slug, row.year]),
        "about": about,
    }


def _waiting_row(one: Waiting, *, mine: bool, decides: bool, day: date) -> list[Cell]:
    """One line of the table of the longest waits."""
    days = (day - one.since.date()).days
    if one.kind == "report":
        title = _("Report %(year)s") % {"year": one.years[0]}
        view = "reporting:report-review"
    else:
        title = _("Targets %(first)s–%(last)s") % {"first": one.years[0], "last": one.years[1]}
        view = "reporting:target-review"
    url = reverse(view, args=[one.group.slug, *one.years]) if decides else ""
    waited = ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else _("Since today")
    support = ", ".join(person.name for person in one.support)
    return [
        {"text": title, "url": url},
        {"text": one.group.name},
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
