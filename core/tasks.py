"""Scheduled tasks of the portal itself: delete what is no longer needed, show that jobs run, tell of problems."""

from celery import shared_task
from django.core.cache import caches
from django.core.management import call_command

from core import alarms, health, kept, once
from core.cache import TableCache


@shared_task
def forget_old_forms() -> None:
    """Delete the keys of forms that were sent more than a week ago, and texts that were kept for 30 days."""
    once.forget_old()
    kept.forget_old()


@shared_task
def clear_ended_sessions() -> None:
    """Delete sessions that have expired."""
    call_command("clearsessions")


@shared_task
def forget_expired_cache() -> None:
    """Delete what the cache table stored while Redis was away and what has expired."""
    table = caches["database"]
    if isinstance(table, TableCache):
        table.forget_expired()


@shared_task
def beat() -> None:
    """Write down that beat sends jobs and a worker does them."""
    health.beat()


@shared_task
def raise_alarms() -> None:
    """Tell a person about problems that a living worker can notice. `manage.py alarms` notices the others."""
    alarms.ask()
