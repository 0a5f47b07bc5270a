"""Four-year targets, yearly progress and the annual report."""

from importlib import import_module

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        """Import the modules that register duties and sentences of the history."""
        for part in (
            "targets.duties",
            "targets.activity",
            "reports.duties",
            "reports.activity",
            "reports.receivers",
            "review.duties",
        ):
            import_module(f"reporting.{part}")
