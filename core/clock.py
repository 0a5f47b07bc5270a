"""The portal's clock: UTC, and shifted by one setting (CLOCK_SHIFT) for tests and rehearsals."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present instant in UTC, as the portal sees it."""
    return timezone.now() + settings.CLOCK_SHIFT


def today() -> date:
    """The present day in UTC. Deadlines end with their day in UTC."""
    return now().date()
