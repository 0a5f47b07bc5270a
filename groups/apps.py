"""Groups, offices with dated terms, roles and the public directory."""

from importlib import import_module

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        """Connect what other apps collect: links, parts of the overview, sentences."""
        for module in ("groups.navigation", "groups.parts", "groups.task_side", "groups.activity"):
            import_module(module)
