"""What the group does with an invitation: prepare, send, send again, withdraw. The schedule marks expired ones."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock, scope
from core.errors import NotAllowed
from core.mail import limits
from groups.access import roles_of
from groups.models import Group
from groups.roles import Permission
from members import links, mails
from members.access import may_invite, proved_addresses
from members.actions.common import (
    check_period,
    check_takes_members,
    closed_sentence,
    current_period,
    given_name_of,
    in_group,
    is_over,
    last_moment,
    lock,
    lock_group,
    mark_expired,
    move,
)
from members.actions.requests import accept_locked
from members.errors import AlreadyMember, HandshakeClosed
from members.models import Handshake, Membership
from members.states import OPEN, HandshakeOrigin, HandshakeState


def _check_may_invite(by: User, group: Group) -> None:
    if not may_invite(by, group):
        raise NotAllowed(_("Only the group’s leaders send invitations."))


def check_addressee(group: Group, by: User, email: str) -> None:
    """Raise NotAllowed when people invite themselves, AlreadyMember when the address is a member's."""
    if email == by.email.lower() or email in proved_addresses(by):
        raise NotAllowed(_("You cannot invite yourself. Ask another leader of the group."))
    member = Membership.objects.on().filter(group=group, person__email=email).select_related("person").first()
    if member is not None:
        raise AlreadyMember(
            _("%(name)s is a member of %(group)s already.")
            % {"name": member.person.name, "group": group.name}
        )


def _known(group: Group, email: str) -> Handshake | None:
    """This quadrennium's handshake for the address: an open one, else the last that expired; None without one."""
    records = Handshake.objects.filter(group=group, quadrennium=current_period(), email=email)
    return (
        records.filter(state__in=OPEN).first()
        or records.filter(state=HandshakeState.EXPIRED).order_by("-pk").first()
    )


def _check_mails(handshake: Handshake) -> None:
    """Raise TooManyMails when the address, or all addresses of the group together, got enough mails lately."""
    group = handshake.group
    sent = mails.to_invited(group)
    if again := limits.MAILS_TO_INVITED.free_at(sent.filter(to=handshake.email), "queued_at"):
        raise limits.TooManyMails(
            _(
                "%(address)s got %(count)s emails from this group within a day. You can send the next one "
                "after %(moment)s."
            )
            % {
                "address": handshake.email,
                "count": limits.MAILS_TO_INVITED.count,
                "moment": limits.moment_text(again),
            }
        )
    if again := limits.INVITATIONS.free_at(sent, "queued_at"):
        raise limits.TooManyMails(
            _(
                "This group sent %(count)s invitations within a day. You can send the next one after %(moment)s."
            )
            % {"count": limits.INVITATIONS.count, "moment": limits.moment_text(again)}
        )


def _check_open(group: Group) -> None:
    """Raise TooManyMails when the group has as many open invitations as it may have."""
    open_ones = Handshake.objects.filter(
        group=group, state__in=[HandshakeState.PREPARED, HandshakeState.INVITED]
    )
    if open_ones.count() >= limits.OPEN_INVITATIONS:
        raise limits.TooManyMails(
            _(
                "This group has %(count)s invitations that wait for an answer. Withdraw some of them, or wait for "
                "answers. Then invite this person."
            )
            % {"count": limits.OPEN_INVITATIONS}
        )


def sign_and_send(handshake: Handshake, by: User, verb: str) -> Handshake:
    """Add the leader's signature, make a new link and send the mail. The earlier link stops working.

    The caller has locked the group. Raises TooManyMails.
    """
    _check_mails(handshake)
    secret = links.new_secret()
    move(handshake, HandshakeState.INVITED)
    now = clock.now()
    handshake.leader_signed_at, handshake.leader_signed_by = now, by
    handshake.token_hash = links.hashed(secret)
    handshake.expires_at = last_moment(now)
    handshake.closed_at = handshake.closed_by = None
    handshake.refused_at, handshake.refused_why = None, ""
    handshake.save()
    mails.invitation(handshake, secret)
    audit.record(verb, by=by, about=handshake, group=handshake.group, name=given_name_of(handshake))
    return handshake


def _new(group: Group, by: User, state: HandshakeState, email: str, details: dict[str, str]) -> Handshake:
    return Handshake(
        group=group,
        quadrennium=current_period(),
        origin=HandshakeOrigin.INVITATION,
        state=state,
        email=email,
        started_by=by,
        **details,
    )


@in_group
def invite_person(
    *,
    group: Group,
    by: User,
    email: str,
    given_name: str = "",
    family_name: str = "",
    language: str = "en",
    message: str = "",
) -> Handshake:
    """Invite a person: the leader signs, and the address gets a mail with a link that works once.

    If the address has a handshake already, the leader signs that one: a prepared or expired invitation is
    sent, and a request is accepted. Inviting an address that has not answered yet changes nothing.
    Raises NotAllowed, AlreadyMember, GroupTakesNobody, TooManyMails. Source: guidelines 7.
    """
    group = lock_group(group.pk)
    _check_may_invite(by, group)
    check_takes_members(group)
    email = email.strip().lower()
    check_addressee(group, by, email)
    details = {
        "given_name": given_name,
        "family_name": family_name,
        "language": language,
        "message": message,
    }
    found = _known(group, email)
    if found is None:
        _check_open(group)
        fresh = _new(group, by, HandshakeState.PREPARED, email, details)
        fresh.save()
        return sign_and_send(fresh, by, "members.person_invited")
    handshake = lock(found)
    if handshake.state == HandshakeState.REQUESTED:
        return accept_locked(handshake, by, word=message)
    if handshake.state == HandshakeState.INVITED and not is_over(handshake):
        return handshake
    for name, value in details.items():
        setattr(handshake, name, value or getattr(handshake, name))
    return sign_and_send(handshake, by, "members.person_invited")


@in_group
def prepare_invitation(
    *,
    group: Group,
    by: User,
    email: str,
    given_name: str = "",
    family_name: str = "",
    language: str = "en",
    message: str = "",
) -> Handshake:
    """Write an invitation that a leader signs and sends later. No mail is sent now.

    If the address has a handshake already, it is returned unchanged. Raises NotAllowed, AlreadyMember,
    GroupTakesNobody, TooManyMails.
    """
    group = lock_group(group.pk)
    if not roles_of(by).may(Permission.PREPARE_INVITATION, group):
        raise NotAllowed(_("Only the group’s leaders and programme officer prepare invitations."))
    check_takes_members(group)
    email = email.strip().lower()
    check_addressee(group, by, email)
    found = _known(group, email)
    if found is not None:
        return found
    _check_open(group)
    details = {"given_name": given_name, "family_name": family_name, "language": language, "message": message}
    handshake = _new(group, by, HandshakeState.PREPARED, email, details)
    handshake.save()
    audit.record(
        "members.invitation_prepared", by=by, about=handshake, group=group, name=given_name_of(handshake)
    )
    return handshake


@in_group
def send_again(*, handshake: Handshake, by: User) -> Handshake:
    """Send a prepared invitation, or a new link for one that is unanswered or expired; the record stays the same.

    Pressing twice within ten minutes sends once. Raises NotAllowed, HandshakeClosed, GroupTakesNobody, TooManyMails.
    """
    handshake = lock(handshake)
    _check_may_invite(by, handshake.group)
    check_takes_members(handshake.group)
    check_period(handshake)
    if handshake.state not in (HandshakeState.PREPARED, HandshakeState.INVITED, HandshakeState.EXPIRED):
        raise HandshakeClosed(closed_sentence(handshake))
    signed_at = handshake.leader_signed_at
    if (
        handshake.state == HandshakeState.INVITED
        and signed_at
        and clock.now() - signed_at < limits.SENT_JUST_NOW
    ):
        return handshake
    check_addressee(handshake.group, by, handshake.email)
    if handshake.state == HandshakeState.EXPIRED:
        newer = _known(handshake.group, handshake.email)
        if newer is not None and newer.pk != handshake.pk:
            raise HandshakeClosed(_("A newer invitation or request of this address stands already."))
    first = handshake.state == HandshakeState.PREPARED
    return sign_and_send(
        handshake, by, "members.person_invited" if first else "members.invitation_sent_again"
    )


@in_group
def withdraw(*, handshake: Handshake, by: User) -> Handshake:
    """Withdraw an invitation; its link stops working. People who may only prepare can withdraw prepared ones only.

    No limit refuses this, because an invitation that was a mistake must end at once. Withdrawing twice changes
    nothing. Raises NotAllowed, HandshakeClosed.
    """
    handshake = lock(handshake)
    held = roles_of(by)
    allowed = held.may(Permission.INVITE_PERSON, handshake.group) or (
        handshake.state == HandshakeState.PREPARED
        and held.may(Permission.PREPARE_INVITATION, handshake.group)
    )
    if not allowed:
        raise NotAllowed(_("Only the group’s leaders withdraw an invitation."))
    if handshake.state == HandshakeState.WITHDRAWN:
        return handshake
    if handshake.state == HandshakeState.REQUESTED:
        raise HandshakeClosed(closed_sentence(handshake))
    was_sent = handshake.state != HandshakeState.PREPARED
    move(handshake, HandshakeState.WITHDRAWN)
    handshake.closed_at, handshake.closed_by = clock.now(), by
    handshake.save(update_fields=["state", "closed_at", "closed_by"])
    if was_sent:
        mails.withdrawn(handshake)
    audit.record(
        "members.invitation_withdrawn",
        by=by,
        about=handshake,
        group=handshake.group,
        name=given_name_of(handshake),
    )
    return handshake


def expire_handshakes() -> int:
    """Mark the invitations that have expired. This is safe to run twice, late, or in two places at once.

    Returns how many were marked now.
    """
    with audit.context(channel="job"):
        # In a transaction, because a scope lasts as long as its transaction.
        with scope.write_everywhere("jobs"), transaction.atomic():
            due = list(
                Handshake.objects.filter(state=HandshakeState.INVITED, expires_at__lte=clock.now()).only(
                    "pk", "group_id"
                )
            )
        return sum(_expire(handshake=handshake) for handshake in due)


@in_group
def _expire(*, handshake: Handshake) -> bool:
    handshake = lock(handshake)
    if handshake.state != HandshakeState.INVITED or not is_over(handshake):
        return False
    mark_expired(handshake)
    return True


@transaction.atomic
def note_refused_address(*, group_id: int, handshake_id: int, why: str) -> None:
    """Note that a mail server refused the invited address, or with an empty `why` that it accepted a mail."""
    with scope.group_scope(group_id):
        found = Handshake.objects.filter(pk=handshake_id, state=HandshakeState.INVITED)
        if why:
            found.update(refused_at=clock.now(), refused_why=why[:300])
        else:
            found.filter(refused_at__isnull=False).update(refused_at=None, refused_why="")
