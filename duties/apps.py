"""Who owes what by when: one derived list, seen as tasks, reminders and grids."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "duties"
