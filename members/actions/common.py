"""What the acts share: locks, checks, changes of state, and the beginning of a membership."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock, scope
from groups.models import Group, Quadrennium
from members.access import proved_addresses
from members.errors import AlreadyMember, ConditionsChanged, GroupTakesNobody, HandshakeClosed
from members.models import Conditions, Handshake, Membership
from members.states import MOVES, OPEN, HandshakeState

P = ParamSpec("P")
R = TypeVar("R")

# How long the link of an invitation works. It ends with the last of these days in UTC.
INVITATION_LASTS = timedelta(days=21)


def in_group(action: Callable[P, R]) -> Callable[P, R]:
    """Run an act in one transaction, inside the scope of the group that its subject belongs to."""

    @wraps(action)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        subject: Any = next(kwargs[name] for name in ("group", "handshake", "membership") if name in kwargs)
        group_id = subject.pk if isinstance(subject, Group) else subject.group_id
        with scope.group_scope(group_id), transaction.atomic():
            return action(*args, **kwargs)

    return inside


def last_moment(now: datetime) -> datetime:
    """The last moment of an invitation that is sent now: the end, in UTC, of the day until which it works."""
    return datetime.combine((now + INVITATION_LASTS).date(), time.max, UTC)


def lock_group(group_id: int) -> Group:
    """Lock the group's row: acts on its handshakes and memberships come one after the other.

    The lock is FOR NO KEY UPDATE, so rows that refer to the group can still be added.
    """
    # Two queries, because only the group's row is locked.
    Group.objects.select_for_update(no_key=True).get(pk=group_id)
    return Group.objects.select_related("category").get(pk=group_id)


def lock(handshake: Handshake) -> Handshake:
    """Lock the group, then the handshake, and return the handshake as it is now."""
    group = lock_group(handshake.group_id)
    found = (
        Handshake.objects.select_for_update(of=("self",))
        .select_related("quadrennium", "leader_signed_by", "person", "conditions")
        .get(pk=handshake.pk)
    )
    found.group = group
    return found


def check_takes_members(group: Group) -> None:
    """Raise GroupTakesNobody for a closed group, or one whose kind has no members."""
    if group.is_closed:
        raise GroupTakesNobody(_("%(group)s is closed and takes no members.") % {"group": group.name})
    if not group.category.takes_members:
        raise GroupTakesNobody(_("%(group)s has no members of its own.") % {"group": group.name})


def current_period() -> Quadrennium:
    """The quadrennium of today. Raises GroupTakesNobody when no quadrennium includes today."""
    period = Quadrennium.current()
    if period is None:
        raise GroupTakesNobody(_("Membership opens again with the next quadrennium."))
    return period


def check_period(handshake: Handshake) -> None:
    """Raise HandshakeClosed when the quadrennium that the handshake was for is over."""
    if handshake.quadrennium.ends_on < clock.today():
        raise HandshakeClosed(
            _(
                "This was for the quadrennium %(period)s, which is over. Ask the group’s leaders for a new invitation."
            )
            % {"period": handshake.quadrennium.label}
        )


def check_conditions(conditions: Conditions) -> None:
    """Raise ConditionsChanged unless these are the conditions in force (guidelines 7)."""
    if conditions != Conditions.in_force():
        raise ConditionsChanged(
            _(
                "The membership conditions have changed since you opened the page. Read them again, then accept."
            )
        )


def move(handshake: Handshake, state: HandshakeState) -> None:
    """Set the new state. Raises HandshakeClosed when MOVES does not allow it from the present state."""
    if state not in MOVES.get(HandshakeState(handshake.state), set()):
        raise HandshakeClosed(closed_sentence(handshake))
    handshake.state = state


def closed_sentence(handshake: Handshake) -> str:
    """The sentence for a person whose act no longer fits the handshake's state."""
    return {
        HandshakeState.ACCEPTED: _("This was accepted already."),
        HandshakeState.DECLINED: _("This was declined already."),
        HandshakeState.WITHDRAWN: _("This was withdrawn."),
        HandshakeState.EXPIRED: _("This invitation has expired. Ask for a new link."),
        HandshakeState.PREPARED: _("This invitation has not been sent yet."),
        HandshakeState.INVITED: _("This invitation waits for the person’s answer."),
        HandshakeState.REQUESTED: _("This request waits for a leader’s answer."),
    }[HandshakeState(handshake.state)]


def is_over(handshake: Handshake, now: datetime | None = None) -> bool:
    """Whether the invitation has expired, even if the scheduled job has not marked it yet."""
    return handshake.expires_at is not None and handshake.expires_at <= (now or clock.now())


def given_name_of(handshake: Handshake) -> str:
    """The name that was given, for the audit trail. The trail never contains the address."""
    return f"{handshake.given_name} {handshake.family_name}".strip()


def mark_expired(handshake: Handshake) -> None:
    """Mark a locked invitation as expired. The audit entry names no person, because the portal does this."""
    move(handshake, HandshakeState.EXPIRED)
    handshake.closed_at = clock.now()
    handshake.save(update_fields=["state", "closed_at"])
    audit.record(
        "members.invitation_expired",
        by=None,
        about=handshake,
        group=handshake.group,
        name=given_name_of(handshake),
    )


def check_no_member(group: Group, person: User) -> None:
    """Raise AlreadyMember when the person belongs to the group today."""
    if Membership.objects.on().filter(group=group, person=person).exists():
        raise AlreadyMember(
            _("%(name)s is a member of %(group)s already.") % {"name": person.name, "group": group.name}
        )


def begin_membership(handshake: Handshake, *, by: User) -> Membership:
    """Begin the membership after both signatures: from today to the end of the quadrennium.

    Other open handshakes of the same person with the group are closed, so that nobody signs twice.
    Raises AlreadyMember. Source: guidelines 7.
    """
    person, period = handshake.person, handshake.quadrennium
    if person is None or handshake.conditions is None:
        raise HandshakeClosed(closed_sentence(handshake))
    check_no_member(handshake.group, person)
    membership = Membership.objects.create(
        group=handshake.group,
        person=person,
        quadrennium=period,
        conditions=handshake.conditions,
        handshake=handshake,
        starts_on=max(clock.today(), period.starts_on),
        ends_on=period.ends_on,
        made_by=by,
    )
    others = Handshake.objects.filter(
        Q(person=person) | Q(person__isnull=True, email__in=proved_addresses(person)), state__in=OPEN
    ).exclude(pk=handshake.pk)
    for other in others.select_for_update(of=("self",)):
        move(other, HandshakeState.WITHDRAWN)
        other.closed_at, other.closed_by = clock.now(), by
        other.save(update_fields=["state", "closed_at", "closed_by"])
    audit.record(
        "members.membership_began",
        by=by,
        about=membership,
        group=handshake.group,
        name=person.name,
        person=person.pk,
        conditions=handshake.conditions.version,
    )
    return membership
