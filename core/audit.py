"""Every change names a human: row history by triggers, and the acts in words beside it.

Two records, both written in the transaction of the change, both append-only for the run-time role:

* `tracked` puts pghistory's triggers on a model. They see saves, `update()`, bulk and raw SQL alike and
  keep the row before and after, with who, in which role and through which channel as context.
* `record` writes one `AuditEntry` for an act of the domain, such as "reporting.report_submitted": what
  pages show as recent activity and history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from core import clock, scope
from core.models import AuditEntry

Tracked = Callable[[type[models.Model]], type[models.Model]]


def tracked(**options: Any) -> Tracked:
    """Class decorator: keep each inserted, changed and deleted row. Never put it on ballots."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), **options
    )


def context(
    *, by: AbstractBaseUser | None = None, channel: str = "", role: str = "", **more: Any
) -> pghistory.context:
    """Who acts, in which role and through which channel (page, job, command); enters every row written inside.

    Used as a context manager, or called to add to the context that stands already.
    """
    given = {"user": by.pk if by else None, "channel": channel, "role": role, **more}
    return pghistory.context(**{key: value for key, value in given.items() if value not in (None, "")})


def record(
    verb: str,
    *,
    by: AbstractBaseUser | None,
    about: models.Model,
    group: models.Model | int | None = None,
    role: str = "",
    **detail: Any,
) -> None:
    """Write one act into the audit trail, inside the caller's transaction.

    `verb` is in the past tense with its app: "members.person_invited". `detail` holds ids, codes and short
    texts that a page needs to tell the act; never confidential text. `by` is None only for the portal itself.
    """
    entry = AuditEntry(
        at=clock.now(),
        verb=verb,
        by=by,  # type: ignore[misc] # Django checks that it is the model of people, which core does not name
        role=role or _current("role"),
        channel=_current("channel"),
        group_id=group.pk if isinstance(group, models.Model) else group,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        detail=detail,
    )
    if entry.group_id is None:  # INSERT … RETURNING reads its row back, which no group's scope may
        with scope.read_everywhere("groupless-record"):
            entry.save(force_insert=True)
    else:
        entry.save(force_insert=True)


def _current(key: str) -> str:
    """A value of the context that stands, or ''. Entering an open context joins it; entering none leaves no trace."""
    with pghistory.context() as standing:
        return str(standing.metadata.get(key, ""))
