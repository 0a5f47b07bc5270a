"""Acts on handshakes and memberships. Each locks the rows, checks right and state, then writes mail and audit."""

from members.actions.addresses import (
    ask_for_new_link,
    ask_for_other_address,
    attach_address,
    readdress,
    send_address_code,
)
from members.actions.answers import accept_invitation, decline_invitation
from members.actions.invitations import (
    expire_handshakes,
    invite_person,
    note_refused_address,
    prepare_invitation,
    send_again,
    withdraw,
)
from members.actions.memberships import (
    close_open_handshakes,
    end_every_membership_of,
    end_membership,
    end_memberships_of_closed,
)
from members.actions.requests import accept_request, decline_request, request_to_join, withdraw_request

__all__ = [
    "accept_invitation",
    "accept_request",
    "ask_for_new_link",
    "ask_for_other_address",
    "attach_address",
    "close_open_handshakes",
    "decline_invitation",
    "decline_request",
    "end_every_membership_of",
    "end_membership",
    "end_memberships_of_closed",
    "expire_handshakes",
    "invite_person",
    "note_refused_address",
    "prepare_invitation",
    "readdress",
    "request_to_join",
    "send_address_code",
    "send_again",
    "withdraw",
    "withdraw_request",
]
