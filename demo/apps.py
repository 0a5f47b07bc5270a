"""The app of the commands `seed_demo` and `list_personas` and of the invented names."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
