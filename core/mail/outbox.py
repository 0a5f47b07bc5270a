"""Write mails into the outbox: in the transaction of the change, and once for each key."""

from __future__ import annotations

import uuid
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core import clock
from core.mail import eligibility
from core.mail.lines import inert, one_line
from core.mail.models import MailClass, OutgoingMail
from core.mail.tasks import wake_sender


class Recipient(Protocol):
    """The person who gets a mail. Core does not import the model of people, so it describes what it needs here."""

    @property
    def pk(self) -> Any:
        """The person's key."""

    @property
    def email(self) -> str:
        """The address that the mail is sent to, unless the caller gives another one."""

    @property
    def language(self) -> str:
        """The language that the person reads."""


def once_only(purpose: str) -> str:
    """Return a new key for a mail that may be sent several times, such as a sign-in code."""
    return f"{purpose}:{uuid.uuid4()}"


def queue(
    *,
    key: str,
    purpose: str,
    to: str,
    subject: str,
    text: str,
    still_due: str,
    html: str = "",
    language: str = "en",
    recipient: Recipient | None = None,
    mail_class: str = MailClass.ESSENTIAL,
    holds_secret: bool = False,
    reply_to: str = "",
) -> bool:
    """Write one mail into the outbox. The worker sends it after the surrounding transaction has committed.

    `still_due` names the check that the sender runs first, or the reason why none is needed (core.mail.eligibility).
    `reply_to` is where an answer goes: a person's public contact. Without it, answers go to the Chair's Office.
    Pass `holds_secret` when the text contains a secret link or code: it is then deleted after sending.

    Returns True when the mail was queued. Returns False when a mail with this key exists already.
    Raises UnknownCheck for a check that no app has registered.
    """
    eligibility.demand(still_due)
    now = clock.now()
    mail = OutgoingMail(
        key=key,
        message_id=f"<{uuid.uuid4()}@{_domain()}>",
        purpose=purpose,
        mail_class=mail_class,
        recipient=recipient,  # type: ignore[misc] # Django checks that it is the model of people
        to=one_line(to, 254),
        language=language,
        subject=inert(one_line(subject))[:250],
        text=text,
        html=html,
        queued_at=now,
        not_before=now,
        still_due=still_due,
        holds_secret=holds_secret,
        reply_to=reply_to or settings.OFFICE_ADDRESS,
    )
    # ON CONFLICT DO NOTHING: with a key that exists, the transaction does not fail and no second mail is sent.
    before = OutgoingMail.objects.filter(key=key).exists()
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    if not before:
        wake_sender()
    return not before


def queue_template(
    template: str,
    context: dict[str, object],
    *,
    key: str,
    still_due: str,
    to: str = "",
    recipient: Recipient | None = None,
    language: str = "",
    mail_class: str = MailClass.ESSENTIAL,
    holds_secret: bool = False,
    reply_to: str = "",
) -> bool:
    """Render `<template>.txt`, `.html` and `_subject.txt` in the reader's language and queue the mail.

    `template` is a path such as "members/emails/invitation". The language is `language` if given, else the
    recipient's, else English. The other arguments, the result and the errors are those of `queue`.
    """
    language = language or (recipient.language if recipient else "en")
    with translation.override(language):
        filled = {
            "base_url": settings.BASE_URL,
            "office_address": settings.OFFICE_ADDRESS,
            "recipient": recipient,
            "language": language,
            **context,
        }
        return queue(
            key=key,
            purpose=template.replace("/emails/", "."),
            to=to or (recipient.email if recipient else ""),
            recipient=recipient,
            language=language,
            mail_class=mail_class,
            still_due=still_due,
            holds_secret=holds_secret,
            reply_to=reply_to,
            subject=render_to_string(f"{template}_subject.txt", filled),
            text=render_to_string(f"{template}.txt", filled),
            html=render_to_string(f"{template}.html", filled),
        )


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rsplit("@", 1)[-1] or "localhost"
