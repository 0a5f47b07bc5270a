"""The Celery application. Tasks get ids as arguments, and read from the database what is due.

Neither the worker nor beat starts as a powerful role of the database. A task's log lines have the number of the request
that asked for it, or a number of their own.
"""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, before_task_publish, task_failure, task_prerun, worker_init

from core import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sscportal.settings.demo")

app = Celery("sscportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["core.mail"])

HEADER = "ssc_request"


@worker_init.connect
@beat_init.connect
def refuse_power(**_: Any) -> None:
    """End the process when its database role could pass by the database's rules."""
    from core.pg import roles  # noqa: PLC0415 - Celery loads this module before the settings are read

    roles.refuse_power()


@before_task_publish.connect
def pass_number_on(headers: dict[str, Any], **_: Any) -> None:
    """Send the number of the request along with the task."""
    headers[HEADER] = request_id.current()


@task_prerun.connect
def take_number(task: Task, **_: Any) -> None:
    """Run the task under the number that came with it, or under a new one."""
    request_id.set_number(getattr(task.request, HEADER, "") or request_id.new())


@task_failure.connect
def count_failure(**_: Any) -> None:
    """Count a task that broke, so that a person is told."""
    from core import alarms  # noqa: PLC0415 - needs the models, and this module is loaded before them

    alarms.note_error()
