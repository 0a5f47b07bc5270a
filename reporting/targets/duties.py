"""Duties around targets: set them, approve them, record the year's progress (guidelines 8.1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duties.registry import Duty, DutyQuery, provider
from groups.queries import Holders
from groups.roles import ROLES, Permission, RoleCode
from reporting.deadlines import answer_due_on, targets_due_on
from reporting.states import EDITABLE, TARGETS_EDITABLE, TargetSetState
from reporting.summary import GroupSummary, summaries_for

MINUTES_FOR_TARGETS = 60
MINUTES_FOR_PROGRESS = 5  # for each target
# The portal asks people with these roles to record progress. Network support may, but does not have to.
RECORDERS = frozenset(
    code
    for code, role in ROLES.items()
    if not role.network
    and code != RoleCode.NETWORK_SUPPORT
    and Permission.RECORD_PROGRESS in role.permissions
)


@provider("reporting.targets")
def duties(query: DutyQuery) -> Iterator[Duty]:
    """Duties around targets for one person, some groups, or everybody."""
    for summary, people in summaries_for(query):
        yield from duties_in(summary, people)


def duties_in(summary: GroupSummary, people: Holders) -> Iterator[Duty]:
    """Duties around the targets of one group, for the people given."""
    if summary.owes:
        found = (*_about_set(summary, people), *_about_progress(summary, people))
        yield from (duty for duty in found if duty.people)


def _holding(people: Holders, codes: frozenset[RoleCode]) -> tuple[int, ...]:
    """Ids of the people who hold one of the roles."""
    return tuple(sorted({pk for code in codes for pk in people.get(code, ())}))


def _about_set(summary: GroupSummary, people: Holders) -> Iterator[Duty]:
    """The duty to set the targets of the period, or to decide about targets that were sent."""
    period, target_set, group = summary.asked.period, summary.target_set, summary.group
    if period is None:
        return
    values = {"period": period.label, "group": group.name}
    years = [group.slug, period.starts_on.year, period.ends_on.year]
    url = reverse("reporting:target-list", args=years)
    leaders = people.get(RoleCode.LEADER, ())
    common: dict[str, Any] = {"group_id": group.pk, "group_name": group.name}
    if target_set is None or target_set.state in TARGETS_EDITABLE:
        returned = target_set is not None and target_set.state == TargetSetState.RETURNED
        yield Duty(
            key=f"targets-set:{group.pk}:{period.starts_on.year}",
            title=(_("Mend the targets %(period)s") if returned else _("Set the targets %(period)s"))
            % values,
            url=url,
            due_on=targets_due_on(period),
            people=leaders,
            minutes=MINUTES_FOR_TARGETS,
            state="back" if returned else "going" if target_set else "todo",
            state_text=_("Sent back") if returned else _("Begun") if target_set else _("Not begun"),
            **common,
        )
    elif target_set.state == TargetSetState.SUBMITTED and target_set.submitted_at:
        sent = target_set.submitted_at.date()
        yield Duty(
            key=f"targets-agree:{target_set.pk}:{sent.isoformat()}",
            title=_("Answer on the targets %(period)s of the %(group)s") % values,
            url=reverse("reporting:target-review", args=years),
            due_on=answer_due_on(target_set.submitted_at),
            people=people.get(RoleCode.NETWORK_SUPPORT, ()),
            minutes=20,
            **common,
        )
        yield Duty(
            key=f"targets-waiting:{target_set.pk}:{sent.isoformat()}",
            title=_("Targets %(period)s") % values,
            url=url,
            due_on=None,
            people=leaders,
            state="wait",
            state_text=_("With the Chair’s Office"),
            waiting=True,
            since=sent,
            **common,
        )


def _about_progress(summary: GroupSummary, people: Holders) -> Iterator[Duty]:
    """The duty to record the progress of the latest reporting year, until its report is sent."""
    year, line, group = summary.asked.latest, summary.latest_set, summary.group
    if year is None or line is None or line.recorded == line.targets:
        return
    report = summary.reports.get(year.year)
    if report and report.state not in EDITABLE:
        return
    left = line.targets - line.recorded
    yield Duty(
        key=f"progress:{group.pk}:{year.year}",
        title=ngettext(
            "Record %(year)d progress for %(n)d target",
            "Record %(year)d progress for %(n)d targets",
            left,
        )
        % {"year": year.year, "n": left},
        url=reverse("reporting:target-list-current", args=[group.slug]),
        due_on=summary.standing(year).due_on,
        people=_holding(people, RECORDERS),
        group_id=group.pk,
        group_name=group.name,
        minutes=MINUTES_FOR_PROGRESS * left,
        state="going" if line.recorded else "todo",
        state_text=_("%(done)d of %(of)d targets") % {"done": line.recorded, "of": line.targets},
    )
