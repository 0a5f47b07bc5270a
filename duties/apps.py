"""Who has to do what by when: one derived list, which pages and mails show as tasks and reminders."""

from importlib import import_module

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "duties"

    def ready(self) -> None:
        """Import the module that registers the check of reminders."""
        import_module("duties.reminders")
