"""The check that the sender runs before it sends a reminder."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from core import clock
from core.mail.eligibility import check
from duties.models import SentReminder
from duties.queries import due_step, duties_of

CHECK = "duties.reminder"


@check(CHECK)
def still_owed(argument: str) -> bool:
    """Return whether the recipient still has to do any of the duties that the mail names.

    `argument` is the part of the mail's key after its purpose: person, day and digest.
    """
    rows = SentReminder.objects.filter(mail_key=f"{CHECK}:{argument}")
    keys = set(rows.values_list("duty_key", flat=True))
    person = User.objects.filter(pk=int(argument.partition(":")[0])).first()
    if person is None or not keys:
        return False
    day = clock.today()
    with transaction.atomic():
        return any(duty.key in keys and due_step(duty, day) for duty in duties_of(person, day))
