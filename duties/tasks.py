"""Scheduled work of this app."""

from celery import shared_task


@shared_task
def send_due_reminders() -> None:
    """Queue the reminders that are due; harmless to run twice, late or in two places."""
    from duties import actions

    actions.send_due_reminders()
