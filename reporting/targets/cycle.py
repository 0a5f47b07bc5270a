"""A group's progress along the conservation cycle, and the public view of its targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups.models import Group, Quadrennium
from reporting.models import Component, Progress, Report, Target, all_components, all_statuses
from reporting.states import ReportState, TargetSetState
from reporting.targets.figures import mean_percent, share_reached


@dataclass(frozen=True)
class CyclePart:
    """One part of the conservation cycle with the counts that the page shows."""

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


@dataclass(frozen=True)
class CycleState:
    """A group's progress along the cycle in one period."""

    period: Quadrennium
    parts: tuple[CyclePart, ...]


def cycle_state(group: Group, day: date) -> CycleState | None:
    """The cycle of the group in the period of the day; None without targets. Two queries, in the group's scope."""
    return _cycle_state(Target.objects.filter(group=group), Progress.objects.all(), day)


def public_cycle_state(group: Group, day: date) -> CycleState | None:
    """The public part of the cycle: approved targets, with the progress in accepted reports."""
    agreed = Target.objects.filter(group=group, target_set__state=TargetSetState.AGREED)
    return _cycle_state(agreed, Progress.objects.filter(accepted_only()), day)


def _cycle_state(targets: QuerySet[Target], entries: QuerySet[Progress], day: date) -> CycleState | None:
    period = Quadrennium.current(day)
    rows = targets.filter(target_set__quadrennium=period, dropped_at=None) if period else targets.none()
    live = list(rows.values_list("pk", "component_id", "quantity"))
    if period is None or not live:
        return None
    written = entries.filter(target__in=[pk for pk, *_rest in live]).order_by("year")
    latest = {
        target: (status, reached)
        for target, status, reached in written.values_list("target_id", "status_id", "quantity")
    }
    by_component: dict[str, list[tuple[int, bool | None, str | None]]] = defaultdict(list)
    for target, component, quantity in live:
        by_component[component].append(_share_and_status(quantity, *latest.get(target, (None, None))))
    return CycleState(period, tuple(part_of(one, by_component[one.pk]) for one in all_components()))


def _share_and_status(
    quantity: Decimal | None, status_id: str | None, reached: Decimal | None
) -> tuple[int, bool | None, str | None]:
    """Share, achieved and status sign of one target, from its last entry; `status_id` is None without an entry."""
    if status_id is None:
        return share_reached(quantity, None, achieved=False), None, None
    status = next(one for one in all_statuses() if one.pk == status_id)
    share = share_reached(quantity, reached, achieved=status.is_achieved)
    return share, status.is_achieved, status.glyph


def part_of(component: Component, figures: Sequence[tuple[int, bool | None, str | None]]) -> CyclePart:
    """The counts of one part of the cycle from (share, achieved, status sign) of each of its targets."""
    return CyclePart(
        key=component.code,
        label=str(component),
        targets=len(figures),
        achieved=sum(1 for _share, achieved, _glyph in figures if achieved),
        behind=sum(1 for _share, _achieved, glyph in figures if glyph == "late"),
        percent=mean_percent([share for share, _achieved, _glyph in figures]),
    )


def accepted_only() -> Exists:
    """A condition on progress entries: the report of the entry's year is accepted, so the entry is public."""
    return Exists(
        Report.objects.filter(
            group=OuterRef("group"), reporting_year=OuterRef("year"), state=ReportState.ACCEPTED
        )
    )


@dataclass(frozen=True)
class PublicTarget:
    """The public part of a target: code, text, part of the cycle, and its status in accepted reports."""

    code: str
    text: str
    subcategory: str
    due_year: int
    kind: str
    word: str


@dataclass(frozen=True)
class PublicPeriod:
    """The approved targets of one period."""

    period: Quadrennium
    blocks: tuple[tuple[Component, tuple[PublicTarget, ...]], ...]


def public_targets(group: Group) -> list[PublicPeriod]:
    """The approved targets, the latest period first, in the group's scope; three queries."""
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
