"""Answers of prepared queries as objects of our models again, without asking how to build each one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet

from core.prepared import Rows, prepared
from reporting.models import Progress, Target, all_statuses

M = TypeVar("M", bound=Model)


def columns(model: type[Model]) -> list[str]:
    """Every column of the model, for `values_list` of a prepared query."""
    return [field.attname for field in model._meta.concrete_fields]


def as_objects(model: type[M], rows: Rows, names: list[str] | None = None) -> list[M]:
    """The rows as objects. `names` are the columns asked for, all when left out; the others load when needed."""
    asked: list[Any] = columns(model) if names is None else names
    return [model.from_db(DEFAULT_DB_ALIAS, asked, row) for row in rows]


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
