"""Scheduled tasks of accounts."""

from celery import shared_task

from accounts import limits


@shared_task
def forget_old_attempts() -> None:
    """Delete counts of attempts whose time ended a day ago."""
    limits.forget_old()
