"""Reference data cached in memory: rows that every page reads and the Chair's Office seldom changes.

A function decorated with `cached_reference` reads its rows once per process and arguments. The cache is emptied when
this process writes a row of one of the models, and a value expires after `settings.REFERENCE_SECONDS`, so that other
processes see the change too. Callers share the value and must not change it. Never cache people's data, nor anything
that belongs to a group.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

P = ParamSpec("P")
R = TypeVar("R")
Values = dict[Hashable, tuple[float, Any]]
_values_by_model: dict[str, list[Values]] = {}


def cached_reference(*labels: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Function decorator: cache what the function returns. `labels` name the models it reads ("groups.Quadrennium").

    The function's arguments must be hashable. The function returns a tuple and not a list, because callers share
    the value.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        values: Values = {}
        for label in labels:
            _values_by_model.setdefault(label.lower(), []).append(values)

        @wraps(function)
        def cached(*args: P.args, **kwargs: P.kwargs) -> R:
            key = (args, tuple(sorted(kwargs.items())))
            found = values.get(key)
            if found is not None and time.monotonic() - found[0] < settings.REFERENCE_SECONDS:
                value: R = found[1]
                return value
            value = function(*args, **kwargs)
            values[key] = (time.monotonic(), value)
            return value

        return cached

    return decorate


def forget(label: str) -> None:
    """Remove the cached values that were read from one model, such as "groups.Quadrennium"."""
    for values in _values_by_model.get(label.lower(), ()):
        values.clear()


def forget_all() -> None:
    """Empty the whole cache. Each test begins with this."""
    for label in _values_by_model:
        forget(label)


@receiver([post_save, post_delete], dispatch_uid="core.cached")
def forget_written(*, sender: type[models.Model], **_: Any) -> None:
    """When a row is saved or deleted, remove the cached values that were read from its model."""
    forget(sender._meta.label_lower)


class ReferenceQuerySet(models.QuerySet):
    """A queryset that empties the cache when it writes many rows at once. Django sends no signals for such writes."""

    def update(self, **values: Any) -> int:
        forget(self.model._meta.label_lower)
        return super().update(**values)

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        forget(self.model._meta.label_lower)
        return super().bulk_create(*args, **options)
