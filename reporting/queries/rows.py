"""Targets and their progress from prepared queries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from core.prepared import as_objects, columns, prepared
from reporting.models import Progress, Target, all_statuses


@prepared
def _targets(group: int, period: int) -> QuerySet:
    found = Target.objects.filter(group=group, target_set__quadrennium=period)
    return found.order_by("number").values_list(*columns(Target))


def targets_of(group: int, period: int) -> list[Target]:
    """Every target of a group for a quadrennium, by number; one query, in the group's scope."""
    return as_objects(Target, _targets(group=group, period=period))


def with_status(entries: Iterable[Progress]) -> list[Progress]:
    """The entries with their status at hand."""
    statuses = {status.pk: status for status in all_statuses()}
    found = list(entries)
    for entry in found:
        entry.status = statuses[entry.status_id]
    return found
