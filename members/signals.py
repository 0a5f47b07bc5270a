"""Signals that members sends to the higher apps."""

from django.dispatch import Signal

# The actions that end memberships send it in their transaction and in the group's scope, once for each membership,
# with membership, by (None when the portal acts), from_day and reason.
membership_ended = Signal()
