"""The office's own acts: send a mail again that failed, close an account."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.mail.models import MailState, OutgoingMail
from core.mail.tasks import wake_sender
from groups.access import roles_of
from groups.actions import end_every_office_of
from groups.roles import Permission
from groups.staff import end_every_role_of
from members.actions import end_every_membership_of
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
    mail.state, mail.reason, mail.address_refused = MailState.QUEUED, "", False
    mail.attempts = mail.unfinished = 0
    mail.not_before = clock.now()
    mail.save(update_fields=["state", "reason", "address_refused", "attempts", "unfinished", "not_before"])
    audit.record("office.mail_retried", by=by, about=mail, purpose=mail.purpose)
    wake_sender()


@transaction.atomic
def retry_all_mails(*, by: User) -> int:
    """Queue every mail again that failed through no fault of its address. Returns how many.

    Mails whose address was refused wait for a right address. Mails that may have arrived are sent one by one, because
    the person could get them twice. What is no longer due is dropped by the check before it is sent.
    """
    failed = OutgoingMail.objects.filter(state=MailState.FAILED, address_refused=False)
    count = failed.update(state=MailState.QUEUED, reason="", attempts=0, unfinished=0, not_before=clock.now())
    if count:
        audit.record("office.mails_retried", by=by, about=by, count=count)
        wake_sender()
    return count


@transaction.atomic
def close_account(*, person: User, by: User, reason: str) -> None:
    """Close a person's account, and end the memberships, offices and roles that they have, with what rests on these.

    Nothing of it comes back when the account is opened again. Closing a closed account changes nothing.
    Raises NotAllowed unless `by` appoints staff, and for one's own account.
    """
    if not roles_of(by).everywhere(Permission.APPOINT_STAFF) or by.pk == person.pk:
        raise NotAllowed(_("Only an administrator closes the account of another person."))
    row = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not row.is_active:
        return
    end_every_membership_of(person=row, by=by, reason=reason)
    end_every_office_of(person=row, by=by, reason=reason)
    end_every_role_of(person=row, by=by, reason=reason)
    row.is_active = False
    row.save(update_fields=["is_active"])
    audit.record("office.account_closed", by=by, about=row, reason=reason)
