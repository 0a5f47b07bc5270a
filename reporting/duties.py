"""What is owed around targets: set them, agree them, record the year's progress (guidelines 8.1.1).

Everything is read in one query: the pages that show duties have few to spend. The caller has opened a scope
that sees the groups in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duties.registry import Ask, Duty, provider
from groups.models import Appointment, Group, NetworkAppointment, Quadrennium
from groups.roles import OFFICES, ROLES
from reporting.deadlines import AGREE_WITHIN, SET_WITHIN
from reporting.duties_own import OwnGroup, OwnStanding, of_one_person
from reporting.models import Progress, Report, ReportingYear, Target, TargetSet
from reporting.states import EDITABLE, TARGETS_EDITABLE, TargetSetState

MINUTES_FOR_TARGETS = 60
MINUTES_FOR_PROGRESS = 5  # for each target
# Who is asked to record progress; network support may, but does not owe it.
RECORDERS = frozenset(
    code
    for code, role in ROLES.items()
    if not role.network and code != "NS" and "reporting.record_progress" in role.permissions
)
# Who owes anything here.
OWING = RECORDERS | {"LE", "NS"}


@dataclass(frozen=True)
class Standing:
    """What one group has and owes around targets on a day."""

    group: Group | OwnGroup
    people: dict[str, tuple[int, ...]]
    office: tuple[int, ...]
    period: dict[str, Any] | None
    target_set: dict[str, Any] | None
    year: dict[str, Any] | None
    report: dict[str, Any] | None
    left: int
    done: int

    def holding(self, *codes: str) -> tuple[int, ...]:
        """Ids of the people who hold one of the roles."""
        return tuple(sorted({pk for code in codes for pk in self.people.get(code, ())}))


@provider("targets")
def target_duties(ask: Ask) -> Iterator[Duty]:
    """Duties around targets for one person, some groups, or everybody."""
    own = of_one_person(ask, OWING)
    for standing in standings(ask) if own is None else own_standings(ask, own):
        for duty in (*_about_set(standing), *_about_progress(standing)):
            if duty.people and (ask.person is None or ask.person.pk in duty.people):
                yield duty


def own_standings(ask: Ask, own: OwnStanding) -> Iterator[Standing]:
    """The same for the groups of one person, who alone stands for their roles."""
    asked = own.asked
    period = asked.period and {
        "label": asked.period.label,
        "first": asked.period.starts_on.isoformat(),
        "last": asked.period.ends_on.isoformat(),
    }
    latest = asked.latest and {"year": asked.latest.year, "due_on": asked.latest.due_on.isoformat()}
    for group in own.groups:
        yield Standing(
            group=group,
            people=dict.fromkeys(group.codes, (ask.person.pk,)) if ask.person else {},
            office=(),
            period=period,
            target_set=group.target_set,
            year=latest,
            report=next((one for one in group.reports if latest and one["year"] == latest["year"]), None),
            left=group.left,
            done=group.live - group.left,
        )


def standings(ask: Ask) -> list[Standing]:
    """Open groups that report, as far as they concern the question, with what they owe; one query."""
    day = ask.day
    in_office = Appointment.objects.on(day).order_by()
    administrators = NetworkAppointment.objects.on(day).filter(role="CA").order_by()
    now = Quadrennium.objects.filter(starts_on__lte=day, ends_on__gte=day)
    opened = ReportingYear.objects.filter(opens_on__lte=day).order_by("-year")
    sets = TargetSet.objects.filter(group=OuterRef("pk"), quadrennium__in=now.values("pk"))
    reports = Report.objects.filter(
        group=OuterRef("pk"), reporting_year=Subquery(opened.values("year")[:1])
    ).order_by()
    groups = Group.objects.open(day).filter(category__reports_annually=True)
    if ask.group_ids is not None:
        groups = groups.filter(pk__in=ask.group_ids)
    if ask.person is not None:
        groups = groups.filter(
            Q(Exists(in_office.of(ask.person).filter(group=OuterRef("pk"))))
            | Q(Exists(administrators.of(ask.person)))
            & Q(Exists(sets.filter(state=TargetSetState.SUBMITTED)))
        )
    rows = groups.annotate(
        holders=ArraySubquery(
            in_office.filter(group=OuterRef("pk"), person__is_active=True).values(
                one=JSONObject(office="office", person="person_id")
            )
        ),
        administrators=ArraySubquery(administrators.filter(person__is_active=True).values("person_id")),
        period=Subquery(
            now.order_by("-starts_on").values(
                one=JSONObject(label="label", first="starts_on", last="ends_on")
            )[:1]
        ),
        target_set=Subquery(
            sets.order_by("-quadrennium").values(one=JSONObject(pk="pk", state="state", sent="submitted_at"))[
                :1
            ]
        ),
        year=Subquery(opened.values(one=JSONObject(year="year", due_on="due_on"))[:1]),
        report=Subquery(reports.values(one=JSONObject(state="state", extended_to="extended_to"))[:1]),
        live=_count(_targets_of(opened)),
        left=_count(_targets_of(opened).exclude(Exists(_entries(opened)))),
    )
    return [_standing(row) for row in rows]


def _targets_of(opened: QuerySet[ReportingYear]) -> QuerySet[Target]:
    """Targets of the outer group that are reported on in the latest year that opened."""
    return Target.objects.filter(
        group=OuterRef("pk"),
        target_set__quadrennium=Subquery(opened.values("quadrennium")[:1]),
        dropped_at=None,
    )


def _entries(opened: QuerySet[ReportingYear]) -> QuerySet[Progress]:
    return Progress.objects.filter(target=OuterRef("pk"), year=Subquery(opened.values("year")[:1]))


def _count(targets: QuerySet[Target]) -> Coalesce:
    counted = targets.order_by().values("group").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _standing(row: Any) -> Standing:
    people: dict[str, set[int]] = {}
    for holder in row.holders:
        people.setdefault(OFFICES[holder["office"]].role.code, set()).add(holder["person"])
    return Standing(
        group=row,
        people={code: tuple(sorted(found)) for code, found in people.items()},
        office=tuple(sorted(set(row.administrators))),
        period=row.period,
        target_set=row.target_set,
        year=row.year,
        report=row.report,
        left=row.left,
        done=row.live - row.left,
    )


def _about_set(standing: Standing) -> Iterator[Duty]:
    """Setting the targets of the period, or agreeing what was sent."""
    period, target_set, group = standing.period, standing.target_set, standing.group
    if period is None:
        return
    first, last = (date.fromisoformat(period[key]) for key in ("first", "last"))
    values = {"period": period["label"], "group": group.name}
    state = target_set["state"] if target_set else TargetSetState.DRAFT
    url = reverse("reporting:target-list", args=[group.slug, first.year, last.year])
    common: dict[str, Any] = {"group_id": group.pk, "group_name": group.name}
    if state in TARGETS_EDITABLE:
        returned = state == TargetSetState.RETURNED
        yield Duty(
            key=f"targets-set:{group.pk}:{first.year}",
            kind="targets-set",
            title=(_("Mend the targets %(period)s") if returned else _("Set the targets %(period)s"))
            % values,
            url=url,
            due_on=first + SET_WITHIN,
            people=standing.holding("LE"),
            minutes=MINUTES_FOR_TARGETS,
            state="back" if returned else "going" if target_set else "todo",
            state_text=_("Sent back") if returned else _("Begun") if target_set else _("Not begun"),
            **common,
        )
    elif state == TargetSetState.SUBMITTED and target_set:
        sent = datetime.fromisoformat(target_set["sent"]).date()
        yield Duty(
            key=f"targets-agree:{target_set['pk']}:{sent.isoformat()}",
            kind="targets-agree",
            title=_("Answer on the targets %(period)s of the %(group)s") % values,
            url=reverse("reporting:target-review", args=[group.slug, first.year, last.year]),
            due_on=sent + AGREE_WITHIN,
            # A group without network support is answered by the administrators of the Chair's Office.
            people=standing.holding("NS") or standing.office,
            minutes=20,
            **common,
        )
        yield Duty(
            key=f"targets-waiting:{target_set['pk']}:{sent.isoformat()}",
            kind="targets-waiting",
            title=_("Targets %(period)s") % values,
            url=url,
            due_on=None,
            people=standing.holding("LE"),
            state="wait",
            state_text=_("With the Chair’s Office"),
            waiting=True,
            since=sent,
            **common,
        )


def _about_progress(standing: Standing) -> Iterator[Duty]:
    """Recording the progress of the latest year that opened, until its report is sent."""
    year, report, group = standing.year, standing.report, standing.group
    if year is None or not standing.left or (report and report["state"] not in EDITABLE):
        return
    values = {"year": year["year"], "n": standing.left}
    due = (report or {}).get("extended_to") or year["due_on"]
    of = standing.left + standing.done
    yield Duty(
        key=f"progress:{group.pk}:{year['year']}",
        kind="progress",
        title=ngettext(
            "Record %(year)d progress for %(n)d target",
            "Record %(year)d progress for %(n)d targets",
            standing.left,
        )
        % values,
        url=reverse("reporting:target-list-current", args=[group.slug]),
        due_on=date.fromisoformat(due),
        people=standing.holding(*RECORDERS),
        group_id=group.pk,
        group_name=group.name,
        minutes=MINUTES_FOR_PROGRESS * standing.left,
        state="going" if standing.done else "todo",
        state_text=_("%(done)d of %(of)d targets") % {"done": standing.done, "of": of},
    )
