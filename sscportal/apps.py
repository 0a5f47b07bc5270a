"""Load the Celery application together with the apps, so that their shared tasks find it.

`core`, the lowest app, could not do this, because no app imports `sscportal`.
"""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sscportal"

    def ready(self) -> None:
        from sscportal import celery  # noqa: F401, PLC0415 - shared tasks find their application once settings are read
