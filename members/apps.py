"""Membership, and the handshake of group and person that leads to it."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
