"""Limits on attempts: wrong passwords and codes, and mails that a page sends.

The counts are in the database. So the limits hold when Redis does not answer or was emptied, and parallel attempts
are counted one after the other. A key names what is tried (such as "password") and against what (such as an
address); only the keyed hash of both is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.models import AttemptCount
from core import clock


@dataclass(frozen=True)
class Limit:
    """How many attempts are allowed within a time. The time begins with the first attempt."""

    times: int
    within: timedelta


# For one-time codes. No code is valid for as long as an hour.
ONCE = Limit(1, timedelta(hours=1))


def take(limit: Limit, *key: object) -> datetime | None:
    """Count one attempt. Returns None when it is allowed, otherwise the moment from which attempts are allowed again.

    Inside a transaction, other attempts with the same key wait until the transaction has ended.
    """
    now = clock.now()
    with transaction.atomic():
        counted, _new = AttemptCount.objects.select_for_update().get_or_create(
            key=_hashed(key), defaults={"until": now + limit.within}
        )
        if counted.until <= now:
            counted.count, counted.until = 0, now + limit.within
        if counted.count >= limit.times:
            return counted.until
        counted.count += 1
        counted.save()
    return None


def give_back(*key: object) -> None:
    """Undo the count of one attempt, such as a password that was right."""
    AttemptCount.objects.filter(key=_hashed(key), count__gt=0).update(count=F("count") - 1)


def forget(*key: object) -> None:
    """Begin the count anew, such as for the password of a person who has chosen a new one."""
    AttemptCount.objects.filter(key=_hashed(key)).delete()


def use_once(*key: object) -> bool:
    """Return whether this is the first use of a one-time code. A second use waits until the first has ended.

    Call it inside the transaction of what the code allows. If the transaction fails, the code is unused again.
    """
    return take(ONCE, "used", *key) is None


def forget_old() -> int:
    """Delete the counts whose time ended a day ago. Returns how many were deleted."""
    return AttemptCount.objects.filter(until__lt=clock.now() - timedelta(days=1)).delete()[0]


def _hashed(key: tuple[object, ...]) -> str:
    return salted_hmac("accounts.limits", "\x1f".join(map(str, key)), algorithm="sha256").hexdigest()
