"""What runs on the schedule."""

from celery import shared_task


@shared_task
def expire_handshakes() -> int:
    """Close the invitations that ran out; harmless to run twice or late."""
    from members import actions

    return actions.expire_handshakes()
