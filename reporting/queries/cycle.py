"""Where a group stands along the conservation cycle, and what everybody may read of its targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.prepared import prepared
from groups.models import Group, Quadrennium
from reporting.figures import mean_percent, share_reached
from reporting.models import Component, Progress, Report, Target, all_components, all_statuses
from reporting.queries.glance import Glance
from reporting.states import ReportState, TargetSetState


@dataclass(frozen=True)
class Part:
    """One part of the conservation cycle with its counts: what the cycle shows."""

    key: str
    label: str
    targets: int
    achieved: int
    behind: int
    percent: int

    @property
    def text(self) -> str:
        """The counts as a phrase."""
        values = {"n": self.targets, "done": self.achieved, "behind": self.behind}
        if self.targets == 0:
            return _("No targets")
        if self.achieved == self.targets:
            return ngettext("%(n)d target achieved", "%(n)d targets achieved", self.targets) % values
        if self.achieved:
            return (
                ngettext("%(n)d target: %(done)d achieved", "%(n)d targets: %(done)d achieved", self.targets)
                % values
            )
        if self.behind:
            return (
                ngettext("%(n)d target: %(behind)d behind", "%(n)d targets: %(behind)d behind", self.targets)
                % values
            )
        return ngettext("%(n)d target", "%(n)d targets", self.targets) % values


class TargetState(NamedTuple):
    """Of a target, what the cycle counts: its part, the quantity aimed at, the last entry or nothing."""

    component: str
    quantity: Decimal | None
    entry: dict[str, Any] | None


@dataclass(frozen=True)
class CycleState:
    """Where a group stands along the cycle in the period that holds on a day."""

    label: str
    first: int
    last: int
    targets: tuple[TargetState, ...]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the cycle with their counts."""
        by_component: dict[str, list[tuple[int, bool | None, str | None]]] = defaultdict(list)
        for component, quantity, entry in self.targets:
            by_component[component].append(_standing(quantity, entry or {}))
        return tuple(part_of(one, by_component[one.pk]) for one in all_components())

    @property
    def total(self) -> int:
        """Targets in all."""
        return len(self.targets)


def cycle_state(glance: Glance) -> CycleState | None:
    """The cycle of the group in the period of the day; None where no target was set."""
    targets = [TargetState(one.component or "", one.quantity, one.entry) for one in glance.period_targets()]
    return _cycle_state(glance.asked.period, targets)


def public_cycle_state(group: Group, day: date | None = None) -> CycleState | None:
    """What everybody may see of it: agreed targets only, and of progress what stands in accepted reports; one query."""
    period = Quadrennium.current(day)
    rows = _public_cycle(group=group.pk, period=period.pk) if period else []
    return _cycle_state(period, [TargetState(*row) for row in rows])


def _cycle_state(period: Quadrennium | None, targets: list[TargetState]) -> CycleState | None:
    if period is None or not targets:
        return None
    return CycleState(period.label, period.starts_on.year, period.ends_on.year, tuple(targets))


@prepared
def _public_cycle(group: int, period: int) -> QuerySet:
    """Agreed targets in the order of their numbers: part of the cycle, quantity, the last public entry."""
    last = Progress.objects.filter(accepted_only(), target=OuterRef("pk")).order_by("-year")
    return (
        Target.objects.filter(
            group=group,
            target_set__quadrennium=period,
            target_set__state=TargetSetState.AGREED,
            dropped_at=None,
        )
        .order_by("number")
        .values_list(
            "component_id",
            "quantity",
            Subquery(
                last.values(one=JSONObject(reached=Cast("quantity", CharField()), status="status_id"))[:1]
            ),
        )
    )


def _standing(quantity: Decimal | None, entry: dict[str, Any]) -> tuple[int, bool | None, str | None]:
    """Share, achieved and status sign of one target, from its last entry."""
    status = next((one for one in all_statuses() if one.pk == entry.get("status")), None)
    reached = entry.get("reached")
    share = share_reached(
        quantity,
        None if reached is None else Decimal(reached),
        achieved=bool(status and status.is_achieved),
    )
    return share, status.is_achieved if status else None, status.glyph if status else None


def part_of(component: Component, standings: Sequence[tuple[int, bool | None, str | None]]) -> Part:
    """The counts of one part of the cycle from (share, achieved, status sign) of each of its targets."""
    return Part(
        key=component.code,
        label=str(component),
        targets=len(standings),
        achieved=sum(1 for _share, achieved, _glyph in standings if achieved),
        behind=sum(1 for _share, _achieved, glyph in standings if glyph == "late"),
        percent=mean_percent([share for share, _achieved, _glyph in standings]),
    )


def accepted_only() -> Exists:
    """A condition on progress: the report of its year is accepted, so the entry is public."""
    return Exists(
        Report.objects.filter(
            group=OuterRef("group"), reporting_year=OuterRef("year"), state=ReportState.ACCEPTED
        )
    )


@dataclass(frozen=True)
class PublicTarget:
    """What everybody may read of a target: code, text, place in the cycle, and its status in accepted reports."""

    code: str
    text: str
    subcategory: str
    due_year: int
    kind: str
    word: str


@dataclass(frozen=True)
class PublicPeriod:
    """The agreed targets of one period."""

    period: Quadrennium
    blocks: tuple[tuple[Component, tuple[PublicTarget, ...]], ...]


def public_targets(group: Group) -> list[PublicPeriod]:
    """Agreed targets, the latest period first, in the group's scope; three queries."""
    targets = list(
        Target.objects.filter(
            group=group, target_set__state=TargetSetState.AGREED, dropped_at=None
        ).select_related("component", "subcategory", "target_set__quadrennium")
    )
    latest: dict[int, Progress] = {}
    for entry in (
        Progress.objects.filter(accepted_only(), target__in=[target.pk for target in targets])
        .select_related("status")
        .order_by("year")
    ):
        latest[entry.target_id] = entry
    components = list(Component.objects.all())
    found: dict[Quadrennium, dict[str, list[PublicTarget]]] = defaultdict(lambda: defaultdict(list))
    for target in targets:
        last = latest.get(target.pk)
        found[target.target_set.quadrennium][target.component_id].append(
            PublicTarget(
                code=target.code,
                text=target.text,
                subcategory=str(target.subcategory),
                due_year=target.due_year,
                kind=last.status.glyph if last else "todo",
                word=str(last.status) if last else _("No accepted report yet"),
            )
        )
    return [
        PublicPeriod(
            period,
            tuple((one, tuple(by_component[one.pk])) for one in components if by_component.get(one.pk)),
        )
        for period, by_component in sorted(found.items(), key=lambda pair: pair[0].starts_on, reverse=True)
    ]
