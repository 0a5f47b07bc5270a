"""Checks of the settings, which `manage.py check` runs."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

from core.pg import roles


@register(Tags.security, deploy=True)
def demo_mode_is_off(app_configs: Any, **_: Any) -> list[Error]:
    """Report an error when demo mode is on: a deployment never runs with demo personas."""
    if settings.DEMO_MODE:
        return [Error("Demo mode is on.", hint="Use sscportal.settings.production.", id="core.E001")]
    return []


@register(Tags.security, deploy=True)
def mail_gives_up_before_it_is_taken_for_dead(app_configs: Any, **_: Any) -> list[Error]:
    """Report an error when EMAIL_TIMEOUT is too long: a slow worker must time out before its mails are sent again."""
    if settings.EMAIL_TIMEOUT * 3 > settings.MAIL_STALE_AFTER.total_seconds():
        return [Error("EMAIL_TIMEOUT is too near MAIL_STALE_AFTER.", id="core.E002")]
    return []


@register(Tags.database, deploy=True)
def role_is_without_power(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[Error]:
    """Report an error when pages and jobs would log in as a superuser, an owner, or past row level security.

    Django asks the database only when it is told to: `manage.py check --deploy --database default`.
    """
    reason = roles.power_of(connections[DEFAULT_DB_ALIAS]) if DEFAULT_DB_ALIAS in (databases or []) else None
    return [Error(reason, id="core.E003")] if reason else []
