"""Sending what waits in the outbox."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from core.mail import sender

logger = logging.getLogger(__name__)


@shared_task
def send_waiting_mail() -> None:
    """Send the mails that wait; harmless to run twice or late."""
    if sender.send_waiting().more:
        _wake()


def wake_sender() -> None:
    """Ask for sending once the transaction has committed. Without a broker the schedule does it later."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        send_waiting_mail.delay()
    except (OperationalError, OSError) as error:
        logger.warning("broker away (%s): the mail waits for the schedule", type(error).__name__)
