"""Groups, offices with dated terms, roles and the public directory."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"
