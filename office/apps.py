"""The Chair's Office: what it sees and does across all groups."""

from importlib import import_module

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "office"

    def ready(self) -> None:
        """Connect what other apps collect: links."""
        import_module("office.navigation")
