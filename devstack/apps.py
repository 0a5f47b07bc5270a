"""The app of the demo's pages and of the command `portal_state`, for settings that install this package."""

from django.apps import AppConfig


class DevstackConfig(AppConfig):
    name = "devstack"
