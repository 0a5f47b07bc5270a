"""Membership, and the handshake of group and person that leads to it."""

from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Connect what other apps collect: roles."""
        import_module("members.access")
