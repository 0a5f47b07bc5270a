"""After each migration the run-time role gets its grants anew, so that no table is without them."""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from core import db


@receiver(post_migrate, dispatch_uid="core.grant_runtime_role")
def grant_after_migrate(*, app_config: Any, using: str, **_: Any) -> None:
    """Runs once, after the last app has migrated (core stands last in INSTALLED_APPS of ours)."""
    if app_config.label == "pghistory":
        db.grant_runtime_role(connections[using])
