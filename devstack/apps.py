"""Makes the demo's pages and the command `portal_state` known to Django, where the settings install this package."""

from django.apps import AppConfig


class DevstackConfig(AppConfig):
    name = "devstack"
