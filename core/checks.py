"""Checks of the settings, which `manage.py check` runs."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


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
