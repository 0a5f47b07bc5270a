"""Membership, and the handshake of group and person that leads to it."""

from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Connect what other apps collect: roles, links, duties, sentences, parts of the group's pages."""
        for part in ("access", "activity", "figures", "receivers", "duties", "navigation", "panels"):
            import_module(f"members.{part}")
