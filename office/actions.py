"""The office's own act: send a mail again that failed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from core.errors import DomainError
from core.mail.models import MailState, OutgoingMail
from core.mail.tasks import wake_sender
from office.queries import TROUBLED


class MailNotInTrouble(DomainError):
    """The mail is waiting, was sent, or is no longer needed."""


@transaction.atomic
def retry_mail(*, mail_id: int, by: User) -> None:
    """Put a mail that failed back into the queue, under the same Message-ID.

    Retrying twice is harmless. Raises OutgoingMail.DoesNotExist, or MailNotInTrouble for a mail that did not fail.
    """
    mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
    if mail.state == MailState.QUEUED:
        return
    if mail.state not in TROUBLED:
        raise MailNotInTrouble(_("This mail is not in trouble any more: nothing to try again."))
    mail.state, mail.reason = MailState.QUEUED, ""
    mail.attempts = mail.unfinished = 0
    mail.not_before = clock.now()
    mail.save(update_fields=["state", "reason", "attempts", "unfinished", "not_before"])
    audit.record("office.mail_retried", by=by, about=mail, purpose=mail.purpose)
    wake_sender()
