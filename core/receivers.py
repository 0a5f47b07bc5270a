"""After each `migrate`, the declared policies, marks and rights are set in the database (core.tenancy)."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from core import tenancy


@receiver(post_migrate, dispatch_uid="core.lay_tenancy")
def lay_after_migrate(*, app_config: AppConfig, using: str, **_: Any) -> None:
    """Set policies, marks and rights once for each `migrate`.

    Django sends the signal once for every app with models. This receiver acts on the last app only.
    """
    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if app_config == with_models[-1]:
        tenancy.lay(connections[using])
