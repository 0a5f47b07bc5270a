"""Signals of the sender, for apps that know what a mail was about. Receivers run in the transaction of the result."""

from django.dispatch import Signal

# Sent with `mail` and `reason` when a mail server has said that the address does not work. The mail is `failed`.
address_refused = Signal()
# Sent with `mail` when a mail server has accepted a mail, or when a refusal turned out to be the server's own fault.
address_works = Signal()
