"""Who owes what by when: one derived list, seen as tasks, reminders and grids."""

from importlib import import_module

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "duties"

    def ready(self) -> None:
        """Connect what other apps collect: the link in the header, the check of reminders."""
        for module in ("duties.navigation", "duties.reminders"):
            import_module(module)
