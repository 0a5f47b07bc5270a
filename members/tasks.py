"""The tasks that run on the schedule."""

from celery import shared_task

from members import actions


@shared_task
def expire_handshakes() -> int:
    """Mark the invitations that have expired. This is safe to run twice or late."""
    return actions.expire_handshakes()
