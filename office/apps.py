"""The Chair's Office: what it sees and does across all groups."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "office"
