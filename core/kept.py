"""Reference data kept in memory: rows that everybody reads and hardly anybody changes.

A function decorated with `kept` is asked once per process and arguments. What it gave is forgotten when a row of
its models is written by this process, and after KEPT_SECONDS in any case, so that other processes follow.
What is given out is shared: read it, never change it. Never for people's data, nor for anything of a group.
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
Shelf = dict[Hashable, tuple[float, Any]]
_shelves: dict[str, list[Shelf]] = {}


def kept(*labels: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what the function gives, for reads of the models named like "groups.Quadrennium".

    Arguments must be hashable; give lists as tuples, so that nobody changes them for others.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        shelf: Shelf = {}
        for label in labels:
            _shelves.setdefault(label.lower(), []).append(shelf)

        @wraps(function)
        def looked_up(*args: P.args, **kwargs: P.kwargs) -> R:
            key = (args, tuple(sorted(kwargs.items())))
            found = shelf.get(key)
            if found is not None and time.monotonic() - found[0] < settings.KEPT_SECONDS:
                value: R = found[1]
                return value
            value = function(*args, **kwargs)
            shelf[key] = (time.monotonic(), value)
            return value

        return looked_up

    return decorate


def forget(label: str) -> None:
    """Forget what was read from one model, such as "groups.Quadrennium"."""
    for shelf in _shelves.get(label.lower(), ()):
        shelf.clear()


def forget_all() -> None:
    """Forget everything; tests begin with this."""
    for label in _shelves:
        forget(label)


@receiver([post_save, post_delete], dispatch_uid="core.kept")
def forget_written(*, sender: type[models.Model], **_: Any) -> None:
    """A row was written: what was read from its model is out of date."""
    forget(sender._meta.label_lower)


class ReferenceQuerySet(models.QuerySet):
    """Writes of many rows at once send no signals; here they are noticed too."""

    def update(self, **values: Any) -> int:
        forget(self.model._meta.label_lower)
        return super().update(**values)

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        forget(self.model._meta.label_lower)
        return super().bulk_create(*args, **options)
