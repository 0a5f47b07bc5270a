"""Housekeeping on a schedule."""

from celery import shared_task
from django.core.management import call_command

from core import once


@shared_task
def forget_old_forms() -> None:
    """Forget the keys of forms that were sent days ago."""
    once.forget_old()


@shared_task
def clear_ended_sessions() -> None:
    """Remove sessions and cached limits that have ended."""
    call_command("clearsessions")
