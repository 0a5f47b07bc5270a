"""What the database refuses about membership: one will instead of two, two at once, moves that are not written."""

from core.guards import Guard, ending_in_its_row, moves, one_at_a_time, refuse, require
from members.states import MOVES, HandshakeState

# What both sides signed. The columns that name an address or a link are not among these: they may be cleared.
_SIGNED = (
    "person_id, person_signed_at, leader_signed_by_id, leader_signed_at, signed_in_leaders_place, "
    "conditions_id, quadrennium_id"
)
_FORMER, _LATER = (", ".join(f"{row}.{name}" for name in _SIGNED.split(", ")) for row in ("OLD", "NEW"))

HANDSHAKE = (
    moves(
        "members_handshake",
        MOVES,
        starts=(HandshakeState.PREPARED, HandshakeState.REQUESTED),
        name="handshake_moves",
    ),
    Guard(
        "members_handshake_kept",
        ("UPDATE",),
        refuse(
            "handshake_kept",
            "What both sides signed does not change.",
            when=f"OLD.state = 'accepted' AND ({_FORMER}) IS DISTINCT FROM ({_LATER})",
        ),
    ),
)
MEMBERSHIP = (
    one_at_a_time(
        "members_membership_guard",
        "membership_one_at_a_time",
        "A membership of this person in this group counts on these days already.",
        table="members_membership",
        endings="members_membershipending",
        key="membership_id",
        same="m.group_id = NEW.group_id AND m.person_id = NEW.person_id",
    ),
    Guard(
        "members_membership_two_wills",
        ("INSERT",),
        require(
            "membership_two_wills",
            "A membership begins with the accepted handshake of the same person, group, quadrennium and conditions.",
            row="members_handshake h WHERE h.id = NEW.handshake_id AND h.state = 'accepted'"
            " AND h.group_id = NEW.group_id AND h.person_id = NEW.person_id"
            " AND h.quadrennium_id = NEW.quadrennium_id AND h.conditions_id = NEW.conditions_id",
            owner_may=True,
        )
        + require(
            "membership_in_quadrennium",
            "A membership lies within its quadrennium.",
            row="groups_quadrennium q WHERE q.id = NEW.quadrennium_id"
            " AND NEW.starts_on >= q.starts_on AND NEW.ends_on <= q.ends_on",
            owner_may=True,
        ),
    ),
)
MEMBERSHIP_ENDING = (
    ending_in_its_row("members_membershipending_day", table="members_membership", key="membership_id"),
)
# The run-time role may only add versions (core.tenancy). This keeps the owner from a slip.
CONDITIONS = (
    Guard(
        "members_conditions_kept",
        ("UPDATE",),
        refuse(
            "conditions_kept",
            "Conditions in force do not change: add a new version.",
            when="OLD.valid_from <= current_date",
        ),
    ),
)
