"""A person asks to join; a leader, or the Chair's Office in the leader's place, answers."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions import lock_person
from accounts.models import User
from core import audit, clock, scope
from core.errors import DomainError, NotAllowed
from core.mail import limits
from groups.access import roles_of
from groups.models import Group
from groups.roles import Permission
from members import mails
from members.access import proved_addresses, stands_in_for_leader
from members.actions.answers import sign_for_person
from members.actions.common import (
    begin_membership,
    check_conditions,
    check_no_member,
    check_period,
    check_takes_members,
    closed_sentence,
    current_period,
    in_group,
    is_over,
    lock,
    lock_group,
    mark_expired,
    move,
)
from members.errors import HandshakeClosed, WrongAddress
from members.models import Conditions, Handshake
from members.states import OPEN, HandshakeOrigin, HandshakeState


@in_group
def request_to_join(*, group: Group, by: User, conditions: Conditions, message: str = "") -> Handshake:
    """Ask to join: the person signs and accepts the conditions, and every leader gets a mail.

    If the person has an open invitation, the person signs that instead and membership begins at once.
    Asking twice changes nothing. Raises WrongAddress without a confirmed address, AlreadyMember,
    ConditionsChanged, GroupTakesNobody, TooManyMails. Source: guidelines 7 and 8.1.1.
    """
    group = lock_group(group.pk)
    addresses = proved_addresses(by)
    if not addresses:
        raise WrongAddress(_("Prove your email address first, then ask again."))
    check_takes_members(group)
    check_no_member(group, by)
    check_conditions(conditions)
    period = current_period()
    open_ones = Handshake.objects.filter(
        Q(person=by) | Q(person__isnull=True, email__in=addresses), quadrennium=period, state__in=OPEN
    )
    # An invitation comes first, because it needs one signature less.
    found = sorted(open_ones, key=lambda one: (one.state != HandshakeState.INVITED, one.pk))
    for candidate in found:
        handshake = lock(candidate)
        if handshake.state == HandshakeState.INVITED and is_over(handshake):
            mark_expired(handshake)
        elif handshake.state == HandshakeState.INVITED:
            return sign_for_person(handshake, by, conditions)
        elif handshake.state == HandshakeState.REQUESTED:
            return handshake
        else:
            move(handshake, HandshakeState.REQUESTED)
            return _sign_request(handshake, by, conditions, message)
    address = by.email.lower() if by.email.lower() in addresses else min(addresses)
    if Handshake.objects.filter(quadrennium=period, email=address, state__in=OPEN).exists():
        raise HandshakeClosed(_("A request under your address waits for the group already."))
    return _sign_request(
        Handshake(
            group=group,
            quadrennium=period,
            origin=HandshakeOrigin.REQUEST,
            state=HandshakeState.REQUESTED,
            email=address,
            given_name=by.given_name,
            family_name=by.family_name,
            language=by.language,
            started_by=by,
        ),
        by,
        conditions,
        message,
    )


def _check_requests(by: User) -> None:
    """Raise TooManyMails when the person has too many open requests, or asked too many groups within a day.

    The person is locked, because each request locks another group.
    """
    lock_person(by)
    with scope.read_everywhere("own-requests"):
        asked = Handshake.objects.filter(person=by, origin=HandshakeOrigin.REQUEST)
        open_ones = Handshake.objects.filter(person=by, state=HandshakeState.REQUESTED).count()
        again = limits.REQUESTS.free_at(asked, "started_at")
    if open_ones >= limits.OPEN_REQUESTS:
        raise limits.TooManyMails(
            _(
                "You have %(count)s requests without an answer. Wait for an answer, or withdraw a request. Then ask "
                "this group."
            )
            % {"count": open_ones}
        )
    if again is not None:
        raise limits.TooManyMails(
            _("You asked %(count)s groups within a day. You can ask the next one after %(moment)s.")
            % {"count": limits.REQUESTS.count, "moment": limits.moment_text(again)}
        )


def _sign_request(handshake: Handshake, by: User, conditions: Conditions, message: str) -> Handshake:
    _check_requests(by)
    handshake.person, handshake.person_signed_at, handshake.conditions = by, clock.now(), conditions
    handshake.message = message or handshake.message
    handshake.save()
    mails.request_received(handshake)
    audit.record("members.join_requested", by=by, about=handshake, group=handshake.group, name=by.name)
    return handshake


def _check_may_decide(handshake: Handshake, by: User) -> bool:
    """Whether `by` decides in the leaders' place. Raises NotAllowed when `by` may not decide at all."""
    held = roles_of(by)
    if not held.may(Permission.DECIDE_REQUEST, handshake.group_id):
        raise NotAllowed(_("Only the group’s leaders answer requests to join."))
    if handshake.person_id == by.pk:
        raise NotAllowed(_("Nobody decides their own request. Ask another leader of the group."))
    return stands_in_for_leader(held, handshake.group_id)


@in_group
def accept_request(*, handshake: Handshake, by: User, word: str = "") -> Handshake:
    """The leader signs and membership begins. The person gets a mail with the leader's message `word`.

    An administrator of the Chair's Office may accept in the leader's place: this is recorded, and every
    leader gets a mail. Accepting twice changes nothing.
    Raises NotAllowed, HandshakeClosed, GroupTakesNobody, AlreadyMember. Source: guidelines 8.1.1.
    """
    return accept_locked(lock(handshake), by, word=word)


def accept_locked(handshake: Handshake, by: User, *, word: str) -> Handshake:
    """`accept_request` for a handshake that is locked already."""
    in_place = _check_may_decide(handshake, by)
    if handshake.state == HandshakeState.ACCEPTED:
        return handshake
    if handshake.state != HandshakeState.REQUESTED:
        raise HandshakeClosed(closed_sentence(handshake))
    if handshake.person is None or not handshake.person.is_active:
        raise HandshakeClosed(_("The account that asked to join no longer exists."))
    check_takes_members(handshake.group)
    check_period(handshake)
    move(handshake, HandshakeState.ACCEPTED)
    handshake.leader_signed_at = handshake.closed_at = clock.now()
    handshake.leader_signed_by = handshake.closed_by = by
    handshake.signed_in_leaders_place = in_place
    handshake.closing_word = word
    handshake.save()
    membership = begin_membership(handshake, by=by)
    mails.request_accepted(handshake, membership)
    if in_place:
        audit.record(
            "members.request_accepted_in_leaders_place",
            by=by,
            about=handshake,
            group=handshake.group,
            name=handshake.person.name,
        )
    return handshake


@in_group
def decline_request(*, handshake: Handshake, by: User, word: str) -> Handshake:
    """Decline a request with a message that the person reads. Declining twice changes nothing.

    Raises NotAllowed, HandshakeClosed, and DomainError without a message.
    """
    handshake = lock(handshake)
    _check_may_decide(handshake, by)
    if handshake.state == HandshakeState.DECLINED:
        return handshake
    if handshake.state != HandshakeState.REQUESTED or handshake.person is None:
        raise HandshakeClosed(closed_sentence(handshake))
    if not word.strip():
        raise DomainError(_("Write a word to the person before you decline."), code="word_missing")
    move(handshake, HandshakeState.DECLINED)
    handshake.closed_at, handshake.closed_by, handshake.closing_word = clock.now(), by, word
    handshake.save(update_fields=["state", "closed_at", "closed_by", "closing_word"])
    mails.request_declined(handshake, handshake.person)
    audit.record(
        "members.request_declined", by=by, about=handshake, group=handshake.group, name=handshake.person.name
    )
    return handshake


@in_group
def withdraw_request(*, handshake: Handshake, by: User) -> Handshake:
    """The person withdraws the request. Withdrawing twice changes nothing. Raises NotAllowed, HandshakeClosed."""
    handshake = lock(handshake)
    if handshake.person_id != by.pk:
        raise NotAllowed(_("Only the person who asked takes a request back."))
    if handshake.state == HandshakeState.WITHDRAWN:
        return handshake
    if handshake.state != HandshakeState.REQUESTED:
        raise HandshakeClosed(closed_sentence(handshake))
    move(handshake, HandshakeState.WITHDRAWN)
    handshake.closed_at, handshake.closed_by = clock.now(), by
    handshake.save(update_fields=["state", "closed_at", "closed_by"])
    audit.record("members.request_withdrawn", by=by, about=handshake, group=handshake.group, name=by.name)
    return handshake
