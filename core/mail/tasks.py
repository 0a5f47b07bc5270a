"""Tasks that send the queued mails of the outbox."""

from __future__ import annotations

import logging
import time

from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from core.mail import sender

logger = logging.getLogger(__name__)

# A person waits for the answer while the worker is woken. So the wake-up gets this many seconds for each step, and
# after a failure this process does not try again for a while: the scheduled task sends the mail anyway.
WAKE = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "max_retries": 0, "retry_on_timeout": False}
PAUSE = 15.0
_paused_until = 0.0


@shared_task
def send_waiting_mail() -> None:
    """Send the queued mails, and ask for another run when mails are left. It is safe to run twice or late."""
    if sender.send_waiting().more:
        _wake()


def wake_sender() -> None:
    """Start the sending task when the transaction has committed. Without a broker, the scheduled task sends later."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    global _paused_until  # noqa: PLW0603 - one for each process, whatever the thread
    if time.monotonic() < _paused_until:
        return
    try:
        with current_app.connection_for_write(transport_options=WAKE) as broker:
            send_waiting_mail.apply_async(connection=broker, retry=False)
    except (OperationalError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE
        logger.warning("broker away (%s): the mail waits for the schedule", type(error).__name__)
