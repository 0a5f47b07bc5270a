"""Tasks that send the queued mails of the outbox."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from core.mail import sender

logger = logging.getLogger(__name__)


@shared_task
def send_waiting_mail() -> None:
    """Send the queued mails, and ask for another run when mails are left. It is safe to run twice or late."""
    if sender.send_waiting().more:
        _wake()


def wake_sender() -> None:
    """Start the sending task when the transaction has committed. Without a broker, the scheduled task sends later."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        send_waiting_mail.delay()
    except (OperationalError, OSError) as error:
        logger.warning("broker away (%s): the mail waits for the schedule", type(error).__name__)
