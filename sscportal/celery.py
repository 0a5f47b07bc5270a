"""The Celery application. Tasks get ids as arguments, and read from the database what is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sscportal.settings.demo")

app = Celery("sscportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["core.mail"])
