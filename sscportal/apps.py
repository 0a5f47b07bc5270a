"""The project's own checks."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sscportal"

    def ready(self) -> None:
        from sscportal import celery, checks  # noqa: F401 - shared tasks find their application; checks register
