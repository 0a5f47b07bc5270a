"""What runs on the schedule."""

from celery import shared_task

from members import actions


@shared_task
def expire_handshakes() -> int:
    """Close the invitations that ran out; harmless to run twice or late."""
    return actions.expire_handshakes()
