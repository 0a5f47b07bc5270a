"""Pages that show several domains: the directory, a group's pages, a person's groups and tasks."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "workspace"
