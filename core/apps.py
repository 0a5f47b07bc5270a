"""The ground under every app: scope, audit, mail, clock, errors. Knows no group and no person by model."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks, receivers  # noqa: F401, PLC0415 - connected once the app registry is ready
