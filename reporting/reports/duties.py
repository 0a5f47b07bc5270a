"""Duties around annual reports: write, answer, review; and what another person has to do (guidelines 8.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duties.registry import Duty, DutyQuery, provider
from groups.queries import Holders
from groups.roles import RoleCode
from reporting.deadlines import answer_due_on
from reporting.models import ReportingYear
from reporting.network import existed_in
from reporting.states import ReportStage
from reporting.summary import GroupSummary, summaries_for

MINUTES_FOR_SECTION = 10
MINUTES_FOR_REVIEW = 30
MINUTES_FOR_ANSWER = 20


@provider("reporting.reports")
def duties(query: DutyQuery) -> Iterator[Duty]:
    """Duties around annual reports for one person, some groups, or everybody."""
    for summary, people in summaries_for(query):
        yield from duties_in(summary, people)


def duties_in(summary: GroupSummary, people: Holders) -> Iterator[Duty]:
    """Duties around the annual reports of one group, for the people given."""
    if summary.owes:
        for year in summary.asked.years:
            if existed_in(summary.group, year.year):
                found = _about(
                    summary, year, people.get(RoleCode.LEADER, ()), people.get(RoleCode.NETWORK_SUPPORT, ())
                )
                yield from (duty for duty in found if duty.people)


def _about(
    summary: GroupSummary, year: ReportingYear, leaders: tuple[int, ...], support: tuple[int, ...]
) -> Iterator[Duty]:
    """The duties about one group's report of one year, and what the group waits for."""
    group, report, standing = summary.group, summary.reports.get(year.year), summary.standing(year)
    values = {"year": year.year, "group": group.name}
    url = reverse("reporting:report-detail", args=[group.slug, year.year])
    common: dict[str, Any] = {"group_id": group.pk, "group_name": group.name}
    done, of = standing.sections_done, standing.sections_of
    if report is None or standing.stage in (ReportStage.NOT_STARTED, ReportStage.DRAFT):
        yield Duty(
            key=f"report:{group.pk}:{year.year}",
            title=(_("Finish the %(year)d annual report") if done else _("Write the %(year)d annual report"))
            % values,
            url=url,
            due_on=standing.due_on,
            people=leaders,
            minutes=MINUTES_FOR_SECTION * (of - done),
            state="going" if done else "todo",
            state_text=_("%(done)d of %(of)d sections") % {"done": done, "of": of},
            **common,
        )
    elif standing.stage == ReportStage.RETURNED:
        yield Duty(
            key=f"report-answer:{report.pk}:{report.versions}",
            title=_("Answer the Chair’s Office about the %(year)d annual report") % values,
            url=url,
            due_on=standing.due_on,
            people=leaders,
            minutes=MINUTES_FOR_ANSWER,
            state="back",
            state_text=_("Sent back"),
            **common,
        )
    elif standing.stage == ReportStage.SUBMITTED and report.submitted_at:
        yield Duty(
            key=f"report-review:{report.pk}:{report.versions}",
            title=_("Review the %(year)d report of the %(group)s") % values,
            url=reverse("reporting:report-review", args=[group.slug, year.year]),
            due_on=answer_due_on(report.submitted_at),
            people=support,
            minutes=MINUTES_FOR_REVIEW,
            **common,
        )
        yield Duty(
            key=f"report-waiting:{report.pk}:{report.versions}",
            title=_("%(year)d annual report") % values,
            url=url,
            due_on=None,
            people=leaders,
            state="wait",
            state_text=_("With the Chair’s Office"),
            waiting=True,
            since=report.submitted_at.date(),
            **common,
        )
