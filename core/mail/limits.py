"""House rules on how often an act may send mail, so that nobody can flood a mailbox with the portal's help.

The rules are counted in the database: in the rows that the act writes, or in the outbox. So they hold without Redis.
An action asks in its own transaction, after it has locked the row that all acts of its kind lock. So they also hold
when many people, or many browsers of one person, act at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError
from core.mail.models import OutgoingMail


@dataclass(frozen=True)
class Limit:
    """At most `count` acts within any time of this length."""

    count: int
    within: timedelta

    def free_at(self, acts: QuerySet, field: str) -> datetime | None:
        """Return from when one more act is allowed, or None if it is allowed now.

        `acts` are rows of any time, one for each act, with the moment of the act in `field`.
        """
        recent = acts.filter(**{f"{field}__gt": clock.now() - self.within}).order_by(f"-{field}")
        moments: list[datetime] = list(recent.values_list(field, flat=True)[: self.count])
        return moments[-1] + self.within if len(moments) == self.count else None


# ---------------------------------------------------------------- The rules, each with its reason
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

# One person's requests to join. Each one mails every leader of a group. A person who looks for a group asks a few.
OPEN_REQUESTS = 5
REQUESTS = Limit(10, DAY)

# Mails to one invited address from one group: the invitation, and two more for a corrected or a lost one.
MAILS_TO_INVITED = Limit(3, DAY)
# Invitations of one group, to all addresses together. A group of 300 can invite all its members for a new quadrennium
# in one evening, and correct some addresses.
INVITATIONS = Limit(400, DAY)
# Invitations of one group that are prepared or have no answer yet.
OPEN_INVITATIONS = 400
# A second press on "send again" within this time sends nothing, because the first mail may still be on its way.
SENT_JUST_NOW = timedelta(minutes=10)

# Codes for an invited address that the person of another account asks for: one, and two more for mistakes. Several
# accounts together can send the address twice as many.
ADDRESS_CODES = Limit(3, HOUR)
ADDRESS_CODES_TO_ONE = Limit(6, HOUR)
# Codes for a fresh proof. A proof is valid for a quarter of an hour, so an hour's work needs four. Two more are for
# mistakes.
PROOF_CODES = Limit(6, HOUR)

# Mails to one member about a share of one report: it is shared, and the day is corrected twice.
SHARES = Limit(3, DAY)


class TooManyMails(DomainError):
    """An act would send more mails than a rule of this module allows. The sentence says when it is allowed again."""

    code = "too_many"
    status = 429


def mails(*, beginning: str, **fields: object) -> QuerySet[OutgoingMail]:
    """Return the mails in the outbox whose key begins so, narrowed by more fields. Count them by `queued_at`."""
    return OutgoingMail.objects.filter(key__startswith=beginning, **fields)


def moment_text(moment: datetime) -> str:
    """Return a moment for a refusal: day and time, with the zone."""
    return _("%(moment)s (UTC)") % {"moment": date_format(moment, "DATETIME_FORMAT")}
