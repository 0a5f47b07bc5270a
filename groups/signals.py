"""What groups tell the apps above them."""

from django.dispatch import Signal

# Sent by groups.actions.close_group inside its transaction and the group's scope: group, by, day.
group_closed = Signal()
