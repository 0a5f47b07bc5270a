"""Housekeeping on a schedule."""

from celery import shared_task


@shared_task
def forget_old_forms() -> None:
    """Forget the keys of forms that were sent days ago."""
    from core import once

    once.forget_old()


@shared_task
def clear_ended_sessions() -> None:
    """Remove sessions and cached limits that have ended."""
    from django.core.management import call_command

    call_command("clearsessions")
