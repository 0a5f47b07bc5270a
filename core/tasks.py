"""Scheduled tasks that delete what is no longer needed."""

from celery import shared_task
from django.core.management import call_command

from core import kept, once


@shared_task
def forget_old_forms() -> None:
    """Delete the keys of forms that were sent more than a week ago, and texts that were kept for 30 days."""
    once.forget_old()
    kept.forget_old()


@shared_task
def clear_ended_sessions() -> None:
    """Delete sessions that have expired."""
    call_command("clearsessions")
