"""Scheduled tasks of this app."""

from celery import shared_task

from duties import actions


@shared_task
def send_due_reminders() -> None:
    """Queue the reminders that are due. It is safe to run this twice, late or in two places."""
    actions.send_due_reminders()
