"""The pages and acts of the Chair's Office across all groups."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "office"
