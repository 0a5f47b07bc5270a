"""Makes the commands `seed_demo` and `list_personas` and the invented names known to Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
