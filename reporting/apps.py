"""Four-year targets, yearly progress and the annual report."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
