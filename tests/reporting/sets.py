"""Functions that make target sets, targets and progress for tests, as the owner, without the app's actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core import clock, scope
from groups.models import Group, Quadrennium
from reporting.models import CyclePair, Progress, Report, ReportingYear, ReportTemplate, Target, TargetSet
from reporting.states import TargetSetState
from reporting.targets.actions import TargetAnswers
from tests.pg.owner import as_owner

NOW = 2026


@contextmanager
def inside(group: Group | int) -> Iterator[None]:
    """The group's scope in a transaction of its own, as a request has it; also where a test has none."""
    with scope.group_scope(group), transaction.atomic():
        yield


def period(label: str = "2026–2029") -> Quadrennium:
    return Quadrennium.objects.get(label=label)


def answers(**given: Any) -> TargetAnswers:
    """Answers that fit the plan of any period."""
    fields: dict[str, Any] = {
        "component": "assess",
        "subcategory": "red-list",
        "text": "Reassess 12 cat species for the Red List",
        "due_year": 2029,
        "indicator": "Species reassessed",
        "quantity": Decimal(12),
    }
    return TargetAnswers(**(fields | given))


def make_set(
    group: Group, *, state: str = TargetSetState.DRAFT, label: str = "2026–2029", **fields: Any
) -> TargetSet:
    """A set of targets in a state; who sent or decided is given by the test where the state needs it."""
    with inside(group), as_owner():
        return TargetSet.objects.create(group=group, quadrennium=period(label), state=state, **fields)


def make_agreed_set(group: Group, sent_by: User, agreed_by: User, *, label: str = "2026–2029") -> TargetSet:
    moment = clock.now()
    return make_set(
        group,
        state=TargetSetState.AGREED,
        label=label,
        submitted_at=moment,
        submitted_by=sent_by,
        decided_at=moment,
        decided_by=agreed_by,
    )


def make_target(target_set: TargetSet, number: int, **given: Any) -> Target:
    """A target of the set, written as rows of the seed are."""
    target = Target(group_id=target_set.group_id, target_set=target_set, number=number)
    answers(**given).put_on(target)
    with inside(target_set.group_id), as_owner():
        target.save()
    return target


def make_progress(
    target: Target, by: User, year: int = NOW, status: str = "on-track", **fields: Any
) -> Progress:
    with inside(target.group_id), as_owner():
        return Progress.objects.create(
            group_id=target.group_id,
            target=target,
            year=year,
            status_id=status,
            recorded_by=by,
            recorded_at=clock.now(),
            **fields,
        )


def make_report(group: Group, by: User, other: User, *, state: str, year: int = NOW) -> Report:
    """A report in a state, with the pairs of person and moment that the state needs."""
    moment = clock.now()
    with inside(group), as_owner():
        return Report.objects.create(
            group=group,
            reporting_year=ReportingYear.objects.get(pk=year),
            template=ReportTemplate.objects.get(),
            state=state,
            submitted_at=moment,
            submitted_by=by,
            decided_at=moment,
            decided_by=other,
        )


def pairs(label: str = "2026–2029") -> list[tuple[str, str]]:
    return list(
        CyclePair.objects.filter(plan__quadrennium__label=label).values_list("component_id", "subcategory_id")
    )
