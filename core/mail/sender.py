"""Send the queued mails: claim one row and commit, send the mail, write its result in a second transaction.

A process may die between any two instructions. Before the claim is committed, nothing has happened. After the claim
the row is `sending`. When no result is written within MAIL_STALE_AFTER, the mail is sent once more with the same
Message-ID. When that try has no result either, a person decides (`unsure`). Only a message that was being sent when
the process or the connection failed can arrive twice (docs/decisions/0010-mail-outbox.md).
"""

from __future__ import annotations

import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Case, When
from django.urls import reverse
from django.utils import translation

from core import clock
from core.mail import eligibility, live, refusals, signals
from core.mail.lines import one_line
from core.mail.models import MailClass, MailState, OutgoingMail

logger = logging.getLogger(__name__)

# The wait after the first, second, … temporary failure. After these it is six hours each time, until MOST_ATTEMPTS.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 12  # about two days
MOST_SECONDS = 200  # well below Celery's limit; the next run sends the rest
# A person has a page open and waits for this mail: codes, links and notices of the account.
PERSON_WAITS = Case(When(purpose__startswith="accounts.", then=0), default=1)
# Replaces a text with a secret link or code after the mail is sent.
CLEARED = "Not kept: it held a link or a code for one person."
LINE_ERRORS = (smtplib.SMTPServerDisconnected, OSError)


@dataclass
class Outcome:
    """How many mails one run sent and did not send. `more` is true when mails are left for another run."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    dropped: int = 0
    more: bool = False


def send_waiting(limit: int | None = None) -> Outcome:
    """Send the queued mails over one connection, at most `limit` of them (default: MAIL_BATCH).

    It is safe to run this twice at the same time, late, and after a crash. In a restored copy, and with MAIL_LIVE off,
    it does nothing.
    When the mail server cannot be reached, nothing is raised: the mails stay queued and no attempt is counted.
    """
    outcome = Outcome()
    if not live.is_live():
        return outcome
    reap()
    if not _waiting().exists():
        return outcome
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("mail server away (%s): mail waits", type(error).__name__)
        return outcome
    try:
        _send_batch(connection, outcome, limit or settings.MAIL_BATCH)
    finally:
        _close(connection)
    return outcome


def _send_batch(connection: BaseEmailBackend, outcome: Outcome, limit: int) -> None:
    began = time.monotonic()
    in_a_row: list[OutgoingMail] = []
    for _number in range(limit):
        if time.monotonic() - began > MOST_SECONDS:
            break
        mail = claim(outcome)
        if mail is None:
            return
        if mail.state == MailState.SENDING and not _send_one(mail, connection, outcome, in_a_row):
            return  # the connection is broken; the next run sends the other mails
        if refusals.are_too_many(in_a_row):
            _take_back(in_a_row, outcome)
            return
    outcome.more = _waiting().exists()


def _waiting() -> Any:
    return OutgoingMail.objects.filter(state=MailState.QUEUED, not_before__lte=clock.now())


def claim(outcome: Outcome | None = None) -> OutgoingMail | None:
    """Claim the next queued mail and commit. Its state is then `sending`, and no other worker claims it.

    Codes and notices of the account come first, then essential mail, so that a sign-in code is sent before
    ten thousand reminders. Returns None when no mail is queued. A mail that is no longer due is returned as
    `dropped`, and a mail whose check raises an error as `failed`.
    """
    outcome = outcome or Outcome()
    with transaction.atomic():
        mail = (
            _waiting()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .order_by(PERSON_WAITS, "mail_class", "not_before", "pk")
            .first()
        )
        if mail is None:
            return None
        now = clock.now()
        try:
            with transaction.atomic():
                reason = eligibility.why_not(mail)
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("check of mail %s broke", mail.pk)
            mail.state, mail.reason = MailState.FAILED, f"Its check broke: {type(error).__name__}"
            outcome.failed += 1
        else:
            if reason:
                mail.state, mail.reason = MailState.DROPPED, reason
                outcome.dropped += 1
            else:
                mail.state, mail.reason = MailState.SENDING, ""
                mail.to = eligibility.present_address(mail)
                mail.attempts += 1
        mail.claimed_at = now
        mail.save(update_fields=["state", "reason", "to", "attempts", "claimed_at"])
    return mail


def _send_one(
    mail: OutgoingMail, connection: BaseEmailBackend, outcome: Outcome, in_a_row: list[OutgoingMail]
) -> bool:
    """Send a claimed mail and write its result. Returns False when the connection is broken.

    `in_a_row` are the mails whose address was refused since the last mail that was accepted.
    """
    try:
        built = message(mail, connection)
        built.message()
    except Exception as error:
        # One mail that cannot be built must not stop the others. It is marked as failed and logged.
        logger.exception("mail %s cannot be written", mail.pk)
        _end(mail, MailState.FAILED, f"It cannot be written as a message: {type(error).__name__}")
        outcome.failed += 1
        return True
    try:
        built.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        if refusals.is_about_address(code, _words(words), at_recipient=True):
            _refuse_address(mail, f"{code} {_words(words)}", outcome)
            in_a_row.append(mail)
        else:
            _put_off(mail, f"{code} {_words(words)}", outcome)
    except smtplib.SMTPDataError as error:
        reason = f"{error.smtp_code} {_words(error.smtp_error)}"
        if refusals.is_about_address(error.smtp_code, reason, at_recipient=False):
            _refuse_address(mail, reason, outcome)
            in_a_row.append(mail)
        else:
            _put_off(mail, reason, outcome)
    except smtplib.SMTPResponseException as error:
        # A refused sender, greeting or password is an error in our settings and not in the mail, so it is tried again.
        _put_off(mail, f"{error.smtp_code} {_words(error.smtp_error)}", outcome)
    except LINE_ERRORS as error:
        if getattr(connection, "in_doubt", False):
            _queue_once_more(mail, f"The line broke while it was sent: {type(error).__name__}", outcome)
        else:
            _put_off(mail, f"No answer from the mail server: {type(error).__name__}", outcome)
        return False
    except (ValueError, UnicodeError, smtplib.SMTPException) as error:
        # The server cannot accept an address that is written like this, so another try would fail too.
        logger.exception("mail %s cannot be handed over", mail.pk)
        _end(mail, MailState.FAILED, f"It cannot be handed over: {type(error).__name__}")
        outcome.failed += 1
    else:
        _sent(mail)
        outcome.sent += 1
        in_a_row.clear()
    return True


def message(mail: OutgoingMail, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Build the message: text and HTML, the mail's fixed Message-ID, and headers against automatic replies."""
    headers = {
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": mail.language,
    }
    if mail.mail_class == MailClass.OPTIONAL:
        with translation.override(mail.language):
            headers["List-Unsubscribe"] = f"<{settings.BASE_URL}{reverse('duties:notifications')}>"
    built = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
        connection=connection,
    )
    if mail.html:
        built.attach_alternative(mail.html, "text/html")
    return built


def reap() -> None:
    """Queue mails again that have no result after MAIL_STALE_AFTER. After a second such try they are `unsure`."""
    now = clock.now()
    stale = OutgoingMail.objects.filter(
        state=MailState.SENDING, claimed_at__lt=now - settings.MAIL_STALE_AFTER
    )
    stale.filter(unfinished__gte=1).update(
        state=MailState.UNSURE, unfinished=2, reason="Two tries ended without an answer."
    )
    stale.filter(unfinished=0).update(state=MailState.QUEUED, unfinished=1, not_before=now)


@transaction.atomic
def _sent(mail: OutgoingMail) -> None:
    # In every state but `sent`: the server has accepted the message, so no worker may send it again.
    body = {"text": CLEARED, "html": ""} if mail.holds_secret else {}
    OutgoingMail.objects.filter(pk=mail.pk).exclude(state=MailState.SENT).update(
        state=MailState.SENT, sent_at=clock.now(), reason="", **body
    )
    signals.address_works.send(sender=OutgoingMail, mail=mail)


def _end(mail: OutgoingMail, state: MailState, reason: str, **more: object) -> bool:
    """Write the result of this try. Returns False when this worker was slow and another one has claimed the row."""
    mine = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.SENDING, claimed_at=mail.claimed_at)
    return bool(mine.update(state=state, reason=reason[:300], **more))


@transaction.atomic
def _refuse_address(mail: OutgoingMail, reason: str, outcome: Outcome) -> None:
    """End a mail whose address does not work, and tell the app that queued it."""
    if _end(mail, MailState.FAILED, reason, address_refused=True):
        outcome.failed += 1
        signals.address_refused.send(sender=OutgoingMail, mail=mail, reason=reason)


def _take_back(mails: list[OutgoingMail], outcome: Outcome) -> None:
    """Queue mails again that were refused one after the other: the fault is the server's, and not in the addresses."""
    logger.error("mail server refuses address after address: %s mails wait for another try", len(mails))
    for mail in mails:
        again = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.FAILED, claimed_at=mail.claimed_at)
        if again.update(
            state=MailState.QUEUED,
            address_refused=False,
            reason="Refused together with many other addresses, so the fault is the mail server's.",
            not_before=clock.now() + wait_after(mail.attempts),
        ):
            outcome.failed -= 1
            outcome.put_off += 1
            signals.address_works.send(sender=OutgoingMail, mail=mail)  # nothing is known against the address


def _put_off(mail: OutgoingMail, reason: str, outcome: Outcome) -> None:
    """Queue the mail again, with a longer wait after each try. After MOST_ATTEMPTS it is `failed`."""
    if mail.attempts >= MOST_ATTEMPTS:
        _end(mail, MailState.FAILED, reason)
        outcome.failed += 1
        return
    _end(mail, MailState.QUEUED, reason, not_before=clock.now() + wait_after(mail.attempts))
    outcome.put_off += 1


def _queue_once_more(mail: OutgoingMail, reason: str, outcome: Outcome) -> None:
    """Queue the mail once more when the server may have accepted it; the second time it is `unsure`."""
    if mail.unfinished >= 1:
        _end(mail, MailState.UNSURE, reason, unfinished=2)
        outcome.failed += 1
        return
    later: datetime = clock.now() + wait_after(mail.attempts)
    _end(mail, MailState.QUEUED, reason, unfinished=1, not_before=later)
    outcome.put_off += 1


def wait_after(attempts: int) -> timedelta:
    """Return how long a mail waits after this number of tries."""
    return BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else LONGEST_WAIT


def _words(text: bytes | str) -> str:
    return one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        logger.info("mail server closed the line first (%s)", type(error).__name__)
