"""Groups, offices with dated terms, and roles."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"
