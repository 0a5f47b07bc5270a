"""Four-year targets, yearly progress and the annual report."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from reporting import (  # noqa: F401 - each registers what it holds
            activity_reports,
            activity_targets,
            duties,
            duties_reports,
        )
