"""What is owed around annual reports: write, answer, review; and what waits for somebody else (guidelines 8.1).

One query. The caller has opened a scope that sees the groups in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from duties.registry import Ask, Duty, provider
from groups.models import Appointment, Group, NetworkAppointment
from groups.roles import OFFICES
from reporting.duties_own import OwnGroup, OwnStanding, of_one_person
from reporting.models import (
    Report,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    TemplateSection,
    sections_of,
)
from reporting.queries.glance import ASKED_FOR, counted
from reporting.states import ReportState

# The Chair's Office answers within a month of a report's arrival.
REVIEW_WITHIN = timedelta(days=30)
MINUTES_FOR_SECTION = 10
MINUTES_FOR_REVIEW = 30
MINUTES_FOR_ANSWER = 20
# Who owes anything here.
OWING = ("LE", "NS")


def review_due_on(submitted_at: datetime) -> date:
    """The day by which the Chair's Office answers a report that was sent."""
    return submitted_at.date() + REVIEW_WITHIN


@provider("reports")
def report_duties(ask: Ask) -> Iterator[Duty]:
    """Duties around annual reports for one person, some groups, or everybody."""
    own = of_one_person(ask, OWING)
    for found in _everybodys(ask) if own is None else _own(ask, own):
        reports = {report["year"]: report for report in found.reports}
        for year in found.years:
            if not _owes(found.group, year["year"]):
                continue
            for duty in _about(found.group, year, reports.get(year["year"]), found.leaders, found.support):
                if duty.people and (ask.person is None or ask.person.pk in duty.people):
                    yield duty


@dataclass(frozen=True)
class Standing:
    """A group with its years and reports, who leads it, and who answers for the Chair's Office."""

    group: Group | OwnGroup
    years: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    leaders: tuple[int, ...]
    support: tuple[int, ...]


def _everybodys(ask: Ask) -> Iterator[Standing]:
    """Groups with everybody who leads them or answers for the office."""
    for group in _groups(ask):
        people: dict[str, set[int]] = {}
        for holder in group.holders:
            people.setdefault(OFFICES[holder["office"]].role.code, set()).add(holder["person"])
        yield Standing(
            group=group,
            years=group.years,
            reports=group.reports,
            leaders=tuple(sorted(people.get("LE", ()))),
            support=tuple(sorted(people.get("NS", ()))) or tuple(sorted(set(group.administrators))),
        )


def _own(ask: Ask, own: OwnStanding) -> Iterator[Standing]:
    """The groups of one person, who alone stands for their roles."""
    me = (ask.person.pk,) if ask.person else ()
    years = [
        {"year": year.year, "due_on": year.due_on.isoformat(), "of": len(sections_of(year.template_id))}
        for year in own.asked.years
    ]
    for group in own.groups:
        yield Standing(
            group=group,
            years=years,
            reports=group.reports,
            leaders=me if "LE" in group.codes else (),
            support=me if "NS" in group.codes else (),
        )


def _groups(ask: Ask) -> QuerySet:
    """Groups that report, as far as they concern the question, with their offices, years and reports."""
    day = ask.day
    in_office = Appointment.objects.on(day).order_by()
    administrators = NetworkAppointment.objects.on(day).filter(role="CA").order_by()
    years = ReportingYear.objects.filter(opens_on__lte=day, due_on__gte=day - ASKED_FOR).order_by("year")
    reports = Report.objects.filter(group=OuterRef("pk"), reporting_year__in=years.values("pk")).order_by()
    groups = Group.objects.open(day).filter(category__reports_annually=True)
    if ask.group_ids is not None:
        groups = groups.filter(pk__in=ask.group_ids)
    if ask.person is not None:
        arrived = reports.filter(state=ReportState.SUBMITTED)
        groups = groups.filter(
            Q(Exists(in_office.of(ask.person).with_role("LE", "NS").filter(group=OuterRef("pk"))))
            | Q(Exists(administrators.of(ask.person))) & Q(Exists(arrived))
        )
    return groups.annotate(
        holders=ArraySubquery(
            in_office.with_role("LE", "NS")
            .filter(group=OuterRef("pk"), person__is_active=True)
            .values(one=JSONObject(office="office", person="person_id"))
        ),
        administrators=ArraySubquery(administrators.filter(person__is_active=True).values("person_id")),
        years=ArraySubquery(
            years.values(
                one=JSONObject(
                    year="year",
                    due_on="due_on",
                    of=counted(TemplateSection.objects.filter(template=OuterRef("template")), "template"),
                )
            )
        ),
        reports=ArraySubquery(
            reports.values(
                one=JSONObject(
                    pk="pk",
                    year=F("reporting_year_id"),
                    state="state",
                    extended_to="extended_to",
                    submitted_at="submitted_at",
                    done=counted(
                        ReportSection.objects.filter(report=OuterRef("pk"), is_complete=True), "report"
                    ),
                    versions=counted(ReportSubmission.objects.filter(report=OuterRef("pk")), "report"),
                )
            )
        ),
    )


def _owes(group: Group | OwnGroup, year: int) -> bool:
    """Whether the group stood at the end of the year, as in GroupQuerySet.reporting."""
    last = date(year, 12, 31)
    closed = group.closed_on is not None and group.closed_on < last
    founded_later = group.founded_on is not None and group.founded_on > last
    return not closed and not founded_later


def _about(
    group: Group | OwnGroup,
    year: dict[str, Any],
    report: dict[str, Any] | None,
    leaders: tuple[int, ...],
    support: tuple[int, ...],
) -> Iterator[Duty]:
    """What one group owes for one year, and what it waits for."""
    state = report["state"] if report else ReportState.DRAFT
    values = {"year": year["year"], "group": group.name}
    url = reverse("reporting:report-detail", args=[group.slug, year["year"]])
    due = date.fromisoformat((report or {}).get("extended_to") or year["due_on"])
    common: dict[str, Any] = {"group_id": group.pk, "group_name": group.name}
    done, of = (report["done"] if report else 0), year["of"]
    if state == ReportState.DRAFT:
        yield Duty(
            key=f"report:{group.pk}:{year['year']}",
            kind="report",
            title=(_("Finish the %(year)d annual report") if done else _("Write the %(year)d annual report"))
            % values,
            url=url,
            due_on=due,
            people=leaders,
            minutes=MINUTES_FOR_SECTION * (of - done),
            state="going" if done else "todo",
            state_text=_("%(done)d of %(of)d sections") % {"done": done, "of": of},
            **common,
        )
    elif state == ReportState.RETURNED and report:
        yield Duty(
            key=f"report-answer:{report['pk']}:{report['versions']}",
            kind="report-answer",
            title=_("Answer the Chair’s Office about the %(year)d annual report") % values,
            url=url,
            due_on=due,
            people=leaders,
            minutes=MINUTES_FOR_ANSWER,
            state="back",
            state_text=_("Sent back"),
            **common,
        )
    elif state == ReportState.SUBMITTED and report:
        sent = datetime.fromisoformat(report["submitted_at"])
        yield Duty(
            key=f"report-review:{report['pk']}:{report['versions']}",
            kind="report-review",
            title=_("Review the %(year)d report of the %(group)s") % values,
            url=reverse("reporting:report-review", args=[group.slug, year["year"]]),
            due_on=review_due_on(sent),
            people=support,
            minutes=MINUTES_FOR_REVIEW,
            **common,
        )
        yield Duty(
            key=f"report-waiting:{report['pk']}:{report['versions']}",
            kind="report-waiting",
            title=_("%(year)d annual report") % values,
            url=url,
            due_on=None,
            people=leaders,
            state="wait",
            state_text=_("With the Chair’s Office"),
            waiting=True,
            since=sent.date(),
            **common,
        )
