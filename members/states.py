"""States of a handshake and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class HandshakeOrigin(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REQUEST = "request", _("Request")


class HandshakeState(models.TextChoices):
    PREPARED = "prepared", _("Prepared, waits for a leader")
    INVITED = "invited", _("Invited, waits for the person")
    REQUESTED = "requested", _("Asked to join, waits for a leader")
    ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
    DECLINED = "declined", _("Declined")  # by the person or by the leader; closed_by says who
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


OPEN = [HandshakeState.PREPARED, HandshakeState.INVITED, HandshakeState.REQUESTED]
AWAITS_LEADER = [HandshakeState.PREPARED, HandshakeState.REQUESTED]
MOVES = {
    # If an invitation is prepared when the person asks to join, the person signs that record.
    HandshakeState.PREPARED: {HandshakeState.INVITED, HandshakeState.REQUESTED, HandshakeState.WITHDRAWN},
    HandshakeState.INVITED: {
        HandshakeState.ACCEPTED,
        HandshakeState.DECLINED,
        HandshakeState.WITHDRAWN,
        HandshakeState.EXPIRED,
        # A new link for the same record.
        HandshakeState.INVITED,
        # The person signed, but the one who invited may no longer invite: a leader of today has to sign.
        HandshakeState.REQUESTED,
    },
    HandshakeState.REQUESTED: {HandshakeState.ACCEPTED, HandshakeState.DECLINED, HandshakeState.WITHDRAWN},
    # An expired invitation may be sent again: a new link, the same record.
    HandshakeState.EXPIRED: {HandshakeState.INVITED, HandshakeState.WITHDRAWN},
}
