"""After each migration the database gets the policies, marks and rights that are declared (core.tenancy)."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from core import tenancy


@receiver(post_migrate, dispatch_uid="core.lay_tenancy")
def lay_after_migrate(*, app_config: AppConfig, using: str, **_: Any) -> None:
    """Runs once for each `migrate`: Django announces every app with models in turn, and this acts on the last one."""
    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if app_config == with_models[-1]:
        tenancy.lay(connections[using])
