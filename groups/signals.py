"""Signals that groups send to the higher apps."""

from django.dispatch import Signal

# groups.actions.close_group sends it in its transaction and in the group's scope, with group, by and day.
group_closed = Signal()
