"""Membership, and the handshake of group and person that leads to it."""

from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Import the modules that register roles, sentences, receivers and duties."""
        for part in ("access", "activity", "receivers", "duties"):
            import_module(f"members.{part}")
