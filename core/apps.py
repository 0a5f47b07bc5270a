"""What every app uses: scope, audit, mail, clock, errors. Core imports no model of a group or a person."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks, receivers  # noqa: F401, PLC0415 - connected once the app registry is ready
