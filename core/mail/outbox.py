"""Writing mail into the outbox: in the transaction of the change, once per key."""

from __future__ import annotations

import uuid
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core import clock
from core.mail.lines import one_line
from core.mail.models import MailClass, OutgoingMail
from core.mail.tasks import wake_sender


class Recipient(Protocol):
    """The person whom a mail is written to; core does not know the model."""

    @property
    def pk(self) -> Any:
        """The person's key."""

    @property
    def email(self) -> str:
        """The address that the mail goes to, unless another is given."""

    @property
    def language(self) -> str:
        """The language that the person reads."""


def once_only(purpose: str) -> str:
    """A key for a mail that may rightly repeat, such as a sign-in code: each call is its own logical mail."""
    return f"{purpose}:{uuid.uuid4()}"


def queue(
    *,
    key: str,
    purpose: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "en",
    recipient: Recipient | None = None,
    mail_class: str = MailClass.ESSENTIAL,
    still_due: str = "",
    holds_secret: bool = False,
) -> bool:
    """Write one mail into the outbox; it leaves when the surrounding transaction has committed.

    With `holds_secret` (a link or code that opens something) the text is not kept after sending.

    Returns False when this key was written before: the mail is not queued again.
    """
    now = clock.now()
    mail = OutgoingMail(
        key=key,
        message_id=f"<{uuid.uuid4()}@{_domain()}>",
        purpose=purpose,
        mail_class=mail_class,
        recipient=recipient,  # type: ignore[misc] # Django checks that it is the model of people
        to=one_line(to, 254),
        language=language,
        subject=one_line(subject),
        text=text,
        html=html,
        queued_at=now,
        not_before=now,
        still_due=still_due,
        holds_secret=holds_secret,
    )
    # ON CONFLICT DO NOTHING: a repeated key neither fails the transaction nor sends twice.
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
    to: str = "",
    recipient: Recipient | None = None,
    language: str = "",
    mail_class: str = MailClass.ESSENTIAL,
    still_due: str = "",
    holds_secret: bool = False,
) -> bool:
    """Render `<template>.txt`, `.html` and `_subject.txt` in the reader's language and queue the mail.

    `template` is like "members/emails/invitation". The language is the given one, the recipient's, or English.
    """
    language = language or (recipient.language if recipient else "en")
    with translation.override(language):
        filled = {"base_url": settings.BASE_URL, "recipient": recipient, "language": language, **context}
        return queue(
            key=key,
            purpose=template.replace("/emails/", "."),
            to=to or (recipient.email if recipient else ""),
            recipient=recipient,
            language=language,
            mail_class=mail_class,
            still_due=still_due,
            holds_secret=holds_secret,
            subject=render_to_string(f"{template}_subject.txt", filled),
            text=render_to_string(f"{template}.txt", filled),
            html=render_to_string(f"{template}.html", filled),
        )


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rsplit("@", 1)[-1] or "localhost"
