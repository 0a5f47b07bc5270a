"""How a membership ends before the quadrennium ends."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from core.errors import DomainError, NotAllowed
from groups.access import roles_of
from groups.actions import end_offices_of
from groups.models import Appointment, Group
from groups.roles import Permission, RoleCode
from members import mails
from members.actions.common import in_group, lock_group, move
from members.models import Handshake, Membership, MembershipEnding
from members.states import OPEN, HandshakeState


@in_group
def end_membership(*, membership: Membership, by: User, reason: str = "") -> MembershipEnding:
    """End a membership from today: a leader with a reason, or the person for themselves.

    The person's rights end at once, and so do the person's offices that leaders fill. Ending twice changes nothing.
    Raises NotAllowed for others, and for people appointed above the group; DomainError without a reason.
    Source: guidelines 7; leaders may end a membership that the Chair's Office accepted in their place (8.1.1).
    """
    group = lock_group(membership.group_id)
    found = MembershipEnding.objects.filter(membership=membership).first()
    if found is not None:
        return found
    own = membership.person_id == by.pk
    if not own and not roles_of(by).may(Permission.EDIT_MEMBERS, group):
        raise NotAllowed(_("Only the group’s leaders end a membership."))
    today = clock.today()
    offices = Appointment.objects.on(today).filter(person_id=membership.person_id)
    if offices.with_role(RoleCode.LEADER, RoleCode.RED_LIST).exists():
        raise NotAllowed(
            _(
                "Leaders and Red List Authority coordinators are appointed above the group. Ask the Chair’s Office."
            )
        )
    if not own and not reason.strip():
        raise DomainError(_("Say why the membership ends. The person reads it."), code="reason_missing")
    ending = MembershipEnding.objects.create(
        group=group,
        membership=membership,
        from_day=max(today, membership.starts_on),
        reason=reason.strip(),
        made_by=by,
    )
    # Offices that begin later end too: no right comes back without a new appointment.
    end_offices_of(group=group, person=membership.person, by=by, reason=_("The membership ended."))
    mails.ended(membership, by=by, reason=ending.reason)
    audit.record(
        "members.member_left" if own else "members.membership_ended",
        by=by,
        about=membership,
        group=group,
        name=membership.person.name,
    )
    return ending


@in_group
def close_open_handshakes(*, group: Group, by: User | None) -> int:
    """Close all open invitations and requests of a group that has closed. Returns how many were closed."""
    lock_group(group.pk)
    waiting = list(
        Handshake.objects.filter(state__in=OPEN).select_for_update(of=("self",)).select_related("group")
    )
    for handshake in waiting:
        was_sent = handshake.state == HandshakeState.INVITED
        asker = handshake.person if handshake.state == HandshakeState.REQUESTED else None
        move(handshake, HandshakeState.WITHDRAWN)
        handshake.closed_at, handshake.closed_by = clock.now(), by
        handshake.closing_word = _("The group has closed.")
        handshake.save(update_fields=["state", "closed_at", "closed_by", "closing_word"])
        if was_sent:
            mails.withdrawn(handshake)
        elif asker is not None:
            mails.request_declined(handshake, asker)
        audit.record(
            "members.closed_with_group",
            by=by,
            about=handshake,
            group=group,
            name=f"{handshake.given_name} {handshake.family_name}".strip(),
        )
    return len(waiting)
