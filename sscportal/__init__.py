"""The project: settings, addresses, processes. Everything here may use every app; no app uses this package."""

from sscportal.celery import app as celery_app

__all__ = ["celery_app"]
