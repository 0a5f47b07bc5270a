"""How a membership ends before the quadrennium ends."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock, scope
from core.errors import DomainError, NotAllowed
from groups.access import roles_of
from groups.actions import end_offices_of
from groups.models import Appointment, Group
from groups.roles import Permission, RoleCode
from members import mails
from members.actions.common import in_group, lock_group, move
from members.models import Handshake, Membership, MembershipEnding
from members.signals import membership_ended
from members.states import OPEN, HandshakeState


@in_group
def end_membership(*, membership: Membership, by: User, reason: str = "") -> MembershipEnding:
    """End a membership from today: a leader with a reason, or the person for themselves.

    The person's rights end at once, and so does what rests on the membership: the offices that leaders fill, and
    through the signal `membership_ended` the grants of higher apps. Ending twice changes nothing.
    Raises NotAllowed for others, and for people appointed above the group; DomainError without a reason, and for a
    membership whose last day has passed.
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
    if not Membership.objects.on(today).filter(pk=membership.pk).exists():
        raise DomainError(_("This membership has ended already."), code="membership_over")
    offices = Appointment.objects.on(today).filter(person_id=membership.person_id)
    if offices.with_role(RoleCode.LEADER, RoleCode.RED_LIST).exists():
        raise NotAllowed(
            _(
                "Leaders and Red List Authority coordinators are appointed above the group. Ask the Chair’s Office."
            )
        )
    if not own and not reason.strip():
        raise DomainError(_("Say why the membership ends. The person reads it."), code="reason_missing")
    ending = _end(membership, by, today, reason.strip())
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


def _end(membership: Membership, by: User | None, from_day: date, reason: str) -> MembershipEnding:
    """Add the ending row and tell the higher apps, which end what rests on the membership."""
    ending: MembershipEnding = MembershipEnding.objects.create(
        group_id=membership.group_id,
        membership=membership,
        from_day=max(from_day, membership.starts_on),
        reason=reason,
        made_by=by,
    )
    membership_ended.send(
        sender=Membership, membership=membership, by=by, from_day=ending.from_day, reason=reason
    )
    return ending


def _not_ended(from_day: date) -> QuerySet[Membership]:
    """The memberships of the scope's group that have no ending and last until that day or longer."""
    rows = Membership.objects.filter(ending=None, ends_on__gte=from_day)
    return rows.select_related("person").order_by("pk")


@in_group
def end_memberships_of_closed(*, group: Group, by: User | None, from_day: date) -> int:
    """End the memberships of a group that closes on that day. Returns how many ended. No mail is sent."""
    lock_group(group.pk)
    memberships = list(_not_ended(from_day))
    for membership in memberships:
        _end(membership, by, from_day, _("The group has closed."))
    if memberships:
        audit.record(
            "members.memberships_closed_with_group", by=by, about=group, group=group, members=len(memberships)
        )
    return len(memberships)


@transaction.atomic
def end_every_membership_of(*, person: User, by: User, reason: str) -> int:
    """End a person's memberships in all groups from today on. Returns how many ended. No mail is sent.

    The action that closes an account calls this and has checked the right.
    """
    today, ended = clock.today(), 0
    with scope.read_everywhere("own-groups"):
        groups = set(Membership.objects.of(person).order_by().values_list("group_id", flat=True))
    for pk in sorted(groups):
        with scope.group_scope(pk):
            group = lock_group(pk)
            for membership in _not_ended(today).filter(person=person):
                _end(membership, by, today, reason)
                audit.record(
                    "members.membership_ended", by=by, about=membership, group=group, name=person.name
                )
                ended += 1
    return ended


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
