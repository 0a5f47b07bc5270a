"""States of a handshake and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HandshakeOrigin(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REQUEST = "request", _("Request")


class HandshakeState(models.TextChoices):
    PREPARED = "prepared", _("Prepared, waits for a leader")
    INVITED = "invited", _("Invited, waits for the person")
    REQUESTED = "requested", _("Asked to join, waits for a leader")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")  # by the person or by the leader; closed_by says who
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


OPEN = [HandshakeState.PREPARED, HandshakeState.INVITED, HandshakeState.REQUESTED]
AWAITS_LEADER = [HandshakeState.PREPARED, HandshakeState.REQUESTED]
MOVES = {
    HandshakeState.PREPARED: {HandshakeState.INVITED, HandshakeState.WITHDRAWN},
    HandshakeState.INVITED: {
        HandshakeState.ACCEPTED,
        HandshakeState.DECLINED,
        HandshakeState.WITHDRAWN,
        HandshakeState.EXPIRED,
    },
    HandshakeState.REQUESTED: {HandshakeState.ACCEPTED, HandshakeState.DECLINED, HandshakeState.WITHDRAWN},
    # An expired invitation may be sent again: a new link, the same record.
    HandshakeState.EXPIRED: {HandshakeState.INVITED},
}
