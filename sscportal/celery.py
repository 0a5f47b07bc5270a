"""The Celery application. Tasks get ids as arguments, and read from the database what is due.

Neither the worker nor beat starts as a powerful role of the database.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sscportal.settings.demo")

app = Celery("sscportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["core.mail"])


@worker_init.connect
@beat_init.connect
def refuse_power(**_: Any) -> None:
    """End the process when its database role could pass by the database's rules."""
    from core.pg import roles  # noqa: PLC0415 - Celery loads this module before the settings are read

    roles.refuse_power()
