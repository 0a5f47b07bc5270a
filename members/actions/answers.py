"""The person's answer to an invitation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from members import mails
from members.access import proved_addresses, still_offers
from members.actions.common import (
    begin_membership,
    check_conditions,
    check_no_member,
    check_period,
    check_takes_members,
    closed_sentence,
    in_group,
    is_over,
    lock,
    move,
)
from members.errors import HandshakeClosed, LinkExpired, LinkUsed, WrongAddress
from members.models import Conditions, Handshake
from members.states import HandshakeState


def _check_link(handshake: Handshake, link: str | None) -> None:
    """Raise HandshakeClosed unless `link` is the hash of the last link sent. It is None when no link was used."""
    if link is not None and link != handshake.token_hash:
        raise HandshakeClosed(_("A newer invitation was sent. Use the link in the latest email."))


def _check_waits(handshake: Handshake) -> None:
    if handshake.state == HandshakeState.ACCEPTED:
        raise LinkUsed(_("This invitation was accepted already."))
    if handshake.state == HandshakeState.EXPIRED or (
        handshake.state == HandshakeState.INVITED and is_over(handshake)
    ):
        raise LinkExpired(_("This invitation has expired. Ask for a new link."))
    if handshake.state != HandshakeState.INVITED:
        raise HandshakeClosed(closed_sentence(handshake))


@in_group
def accept_invitation(
    *, handshake: Handshake, by: User, conditions: Conditions, link: str | None = None
) -> Handshake:
    """The invited person signs and accepts the conditions, and membership begins.

    The person must have confirmed the invited address. If the person who invited them may no longer invite,
    the invited person's signature is kept and a leader of today is asked to sign. Accepting twice changes
    nothing.
    Raises WrongAddress, LinkUsed, LinkExpired, HandshakeClosed, ConditionsChanged, AlreadyMember, GroupTakesNobody.
    Source: guidelines 7.
    """
    handshake = lock(handshake)
    if handshake.person_id == by.pk and handshake.state in (
        HandshakeState.ACCEPTED,
        HandshakeState.REQUESTED,
    ):
        return handshake
    if handshake.email not in proved_addresses(by):
        raise WrongAddress(_("This invitation is for another address than the ones you have proved."))
    _check_link(handshake, link)
    _check_waits(handshake)
    check_takes_members(handshake.group)
    check_period(handshake)
    check_conditions(conditions)
    check_no_member(handshake.group, by)
    return sign_for_person(handshake, by, conditions)


def sign_for_person(handshake: Handshake, by: User, conditions: Conditions) -> Handshake:
    """Add the person's signature to a locked invitation that has not been answered."""
    handshake.person, handshake.person_signed_at, handshake.conditions = by, clock.now(), conditions
    if not still_offers(handshake):
        move(handshake, HandshakeState.REQUESTED)
        handshake.leader_signed_by = handshake.leader_signed_at = handshake.expires_at = None
        handshake.save()
        mails.request_received(handshake)
        audit.record(
            "members.invitation_awaits_leader", by=by, about=handshake, group=handshake.group, name=by.name
        )
        return handshake
    move(handshake, HandshakeState.ACCEPTED)
    handshake.closed_at, handshake.closed_by = clock.now(), by
    handshake.save()
    membership = begin_membership(handshake, by=by)
    mails.accepted(handshake, membership)
    return handshake


@in_group
def decline_invitation(*, handshake: Handshake, by: User | None = None, link: str | None = None) -> Handshake:
    """The invited person declines, with an account or with the link alone. The people who invited get a mail.

    Declining twice changes nothing. Raises WrongAddress, LinkUsed, LinkExpired, HandshakeClosed.
    """
    handshake = lock(handshake)
    own = by is not None and handshake.email in proved_addresses(by)
    if link is None and not own:
        raise WrongAddress(_("This invitation is for another address than the ones you have proved."))
    _check_link(handshake, link)
    if handshake.state == HandshakeState.DECLINED:
        return handshake
    _check_waits(handshake)
    move(handshake, HandshakeState.DECLINED)
    handshake.closed_at, handshake.closed_by = clock.now(), by if own else None
    handshake.save(update_fields=["state", "closed_at", "closed_by"])
    mails.declined(handshake)
    audit.record(
        "members.invitation_declined",
        by=handshake.closed_by,
        about=handshake,
        group=handshake.group,
        name=f"{handshake.given_name} {handshake.family_name}".strip(),
    )
    return handshake
