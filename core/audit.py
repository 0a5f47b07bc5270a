"""Records of who changed what: the history of each row, written by triggers, and the acts in words.

Both records are written in the transaction of the change. The run-time role can only add to them.

* `tracked` puts pghistory's triggers on a model. The triggers fire for saves, `update()`, bulk writes and raw SQL.
  They keep the row before and after the change. The context says who acted, in which role and through which channel.
* `record` writes one `AuditEntry` for an act of the domain, such as "reporting.report_submitted". Pages show
  these entries as recent activity and history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from core import clock, scope
from core.models import AuditEntry

# How an act reached the portal: from a page, from the link of a mail without an account, from a scheduled job, from a
# command of the operator; "" when nobody said it.
Channel = Literal["page", "link", "job", "command", ""]
_acts: ContextVar[list[str] | None] = ContextVar("acts", default=None)
Tracked = Callable[[type[models.Model]], type[models.Model]]


def tracked(**options: Any) -> Tracked:
    """Class decorator: keep the history of each inserted, changed and deleted row. Never put it on ballots."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), **options
    )


def context(
    *, by: AbstractBaseUser | None = None, channel: Channel = "", role: str = "", **more: Any
) -> pghistory.context:
    """Say who acts, in which role and through which channel.

    Use it as a context manager: every row written inside carries these values. Inside an open context, a plain
    call adds the values to that context.
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

    `verb` is in the past tense and begins with its app: "members.person_invited". `detail` contains the ids, codes
    and short texts that a page needs to describe the act. Never put confidential text in it. `by` is None only when
    the portal itself acts.
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
    if (acts := _acts.get()) is not None:
        acts.append(verb)
    if entry.group_id is None:  # INSERT … RETURNING reads the new row, which no group's scope may read
        with scope.read_everywhere("groupless-record"):
            entry.save(force_insert=True)
    else:
        entry.save(force_insert=True)


@contextmanager
def acts_inside() -> Iterator[list[str]]:
    """Yield a list that gets the verb of each act that is recorded inside."""
    acts: list[str] = []
    token = _acts.set(acts)
    try:
        yield acts
    finally:
        _acts.reset(token)


def _current(key: str) -> str:
    """Return a value of the open context, or ''.

    `pghistory.context()` joins the open context. When none is open, it starts an empty one that writes nothing.
    """
    with pghistory.context() as present:
        return str(present.metadata.get(key, ""))
