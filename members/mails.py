"""Every mail about invitations and requests: who gets it, in which language, with which link.

Each mail is written into the outbox in the transaction of the act. Keys name the record, the person and the occasion.
The checks at the end run before a mail is sent, which may be hours later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock, scope
from core.mail import limits, outbox
from core.mail.eligibility import about, check, check_row
from core.mail.models import MailState, OutgoingMail
from groups.models import Group
from members.access import leaders_of, may_invite, still_offers
from members.links import absolute
from members.models import Handshake, Membership
from members.states import HandshakeState

if TYPE_CHECKING:
    from accounts.models import User


def _to_person(
    template: str,
    person: User,
    row: Handshake | Membership,
    key: str,
    context: dict[str, object],
    url: str,
    label: str | Promise,
) -> None:
    """Queue a mail about a row. Before it is sent, the check of its kind asks about row and person."""
    filled = {**context, "button_url": url, "button_label": label}
    still_due = about(f"members.{template}", row, person)
    outbox.queue_template(
        f"members/emails/{template}", filled, key=key, recipient=person, still_due=still_due
    )


def who_invited(handshake: Handshake) -> list[User]:
    """The person who signed the invitation, if that person may still invite; else all who lead the group today."""
    signer = handshake.leader_signed_by
    if signer is not None and may_invite(signer, handshake.group_id):
        return [signer]
    return leaders_of(handshake.group_id)


def to_invited(group: Group) -> QuerySet[OutgoingMail]:
    """All mails that went to invited addresses of the group, for the limits."""
    return limits.mails(beginning=f"members.invited:{group.pk}:")


def invitation(handshake: Handshake, secret: str) -> None:
    """The invitation with the link that works once. There is one mail for each link."""
    outbox.queue_template(
        "members/emails/invitation",
        {
            "handshake": handshake,
            "group": handshake.group,
            "inviter": handshake.leader_signed_by,
            "button_url": absolute(handshake.language, "members:invitation", secret),
            "button_label": _("See the invitation and answer"),
        },
        key=f"members.invited:{handshake.group_id}:{handshake.pk}:{handshake.token_hash[:24]}",
        to=handshake.email,
        language=handshake.language,
        still_due=f"members.invitation:{handshake.pk}.{handshake.token_hash[:24]}",
        holds_secret=True,
        # The person can answer the leader, who has agreed to show this address (guidelines 3.5).
        reply_to=handshake.leader_signed_by.public_email if handshake.leader_signed_by else "",
    )


class Invited(NamedTuple):
    """The ids of a group and of its invitation."""

    group: int
    handshake: int


def invitation_of(mail: OutgoingMail) -> Invited | None:
    """The invitation whose link this mail contains; None for other mails."""
    if mail.purpose != "members.invitation":
        return None
    _beginning, group, handshake, _link = mail.key.split(":")
    return Invited(int(group), int(handshake))


def invitation_mail(handshake: Handshake) -> OutgoingMail | None:
    """The last mail with a link of this invitation, or None before one was queued."""
    mails = limits.mails(
        beginning=f"members.invited:{handshake.group_id}:{handshake.pk}:", purpose="members.invitation"
    )
    found: OutgoingMail | None = mails.order_by("-queued_at", "-pk").first()
    return found


def withdrawn(handshake: Handshake) -> None:
    """Tells the invited address that the invitation was withdrawn."""
    outbox.queue_template(
        "members/emails/withdrawn",
        {"handshake": handshake, "group": handshake.group},
        key=f"members.invited:{handshake.group_id}:{handshake.pk}:withdrawn",
        still_due=about("members.withdrawn", handshake),
        to=handshake.email,
        language=handshake.language,
    )


def accepted(handshake: Handshake, membership: Membership) -> None:
    """Welcomes the person, and tells the people who invited."""
    group = handshake.group
    person = membership.person
    _to_person(
        "welcome",
        person,
        membership,
        f"members.welcome:{handshake.pk}",
        {"handshake": handshake, "group": group, "membership": membership},
        absolute(person.language, "members:member-list", group.slug),
        _("See who else is a member"),
    )
    for leader in who_invited(handshake):
        _to_person(
            "accepted",
            leader,
            membership,
            f"members.accepted:{handshake.pk}:{leader.pk}",
            {"handshake": handshake, "group": group, "person": person},
            absolute(leader.language, "members:member-detail", group.slug, membership.pk),
            _("See the new member"),
        )


def declined(handshake: Handshake) -> None:
    """Tells the people who invited that the person declined."""
    for leader in who_invited(handshake):
        _to_person(
            "declined",
            leader,
            handshake,
            f"members.declined:{handshake.pk}:{leader.pk}",
            {"handshake": handshake, "group": handshake.group},
            absolute(leader.language, "members:member-list", handshake.group.slug),
            _("See the list of members"),
        )


def request_received(handshake: Handshake) -> None:
    """Tells every leader that a person asks to join and needs an answer."""
    for leader in leaders_of(handshake.group_id):
        _to_person(
            "request_received",
            leader,
            handshake,
            f"members.request:{handshake.pk}:{leader.pk}",
            {"handshake": handshake, "group": handshake.group, "person": handshake.person},
            absolute(leader.language, "members:request-detail", handshake.group.slug, handshake.pk),
            _("See the request and answer"),
        )


def request_accepted(handshake: Handshake, membership: Membership) -> None:
    """Welcomes the person with the leader's message. Every leader gets a mail if the office decided for them."""
    group, person = handshake.group, membership.person
    _to_person(
        "welcome",
        person,
        membership,
        f"members.welcome:{handshake.pk}",
        {
            "handshake": handshake,
            "group": group,
            "membership": membership,
            "word": handshake.closing_word,
            "word_by": handshake.closed_by.name if handshake.closed_by else "",
        },
        absolute(person.language, "members:member-list", group.slug),
        _("See who else is a member"),
    )
    if handshake.signed_in_leaders_place:
        for leader in leaders_of(handshake.group_id):
            _to_person(
                "accepted_in_leaders_place",
                leader,
                membership,
                f"members.in-place:{handshake.pk}:{leader.pk}",
                {"handshake": handshake, "group": group, "person": person, "by": handshake.leader_signed_by},
                absolute(leader.language, "members:member-detail", group.slug, membership.pk),
                _("See the member"),
            )


def request_declined(handshake: Handshake, person: User) -> None:
    """Tells the person that the group declined, with the leader's message."""
    _to_person(
        "request_declined",
        person,
        handshake,
        f"members.request-declined:{handshake.pk}",
        {
            "handshake": handshake,
            "group": handshake.group,
            "word": handshake.closing_word,
            "word_by": handshake.closed_by.name if handshake.closed_by else "",
        },
        absolute(person.language, "members:join"),
        _("Look at other groups"),
    )


def ended(membership: Membership, *, by: User, reason: str) -> None:
    """Tells the person that the membership has ended; tells the leaders when the person left."""
    group, person = membership.group, membership.person
    if by.pk != person.pk:
        _to_person(
            "ended",
            person,
            membership,
            f"members.ended:{membership.pk}",
            {"group": group, "by": by, "reason": reason},
            absolute(person.language, "workspace:directory"),
            _("Go to the portal"),
        )
        return
    for leader in leaders_of(group):
        if leader.pk != person.pk:
            _to_person(
                "left",
                leader,
                membership,
                f"members.left:{membership.pk}:{leader.pk}",
                {"group": group, "person": person, "reason": reason},
                absolute(leader.language, "members:member-list", group.slug),
                _("See the list of members"),
            )


def new_link_asked(handshake: Handshake) -> None:
    """Tells the people who invited that a new link is wanted for an expired invitation; once for each link."""
    for leader in who_invited(handshake):
        _to_person(
            "new_link_asked",
            leader,
            handshake,
            f"members.new-link:{handshake.token_hash[:24]}:{leader.pk}",
            {"handshake": handshake, "group": handshake.group},
            absolute(leader.language, "members:invitation-detail", handshake.group.slug, handshake.pk),
            _("Send the invitation again"),
        )


def other_address_asked(handshake: Handshake, by: User) -> None:
    """Tells the people who invited that the person uses another address and wants the invitation there."""
    for leader in who_invited(handshake):
        _to_person(
            "other_address_asked",
            leader,
            handshake,
            f"members.other-address:{handshake.pk}:{by.pk}:{leader.pk}",
            {"handshake": handshake, "group": handshake.group, "person": by},
            absolute(leader.language, "members:invitation-detail", handshake.group.slug, handshake.pk),
            _("Change the address and send it again"),
        )


def address_code(handshake: Handshake, code: str, by: User) -> None:
    """The code that confirms the invited address. Each code is a mail of its own, with its own key."""
    outbox.queue_template(
        "members/emails/address_code",
        {"code": code, "group": handshake.group},
        key=outbox.once_only(f"members.address-code:{handshake.pk}:{by.pk}"),
        to=handshake.email,
        language=by.language,
        still_due=about("members.address_code", handshake, by),
        holds_secret=True,
    )


# ---------------------------------------------------------------- What is asked before a mail is sent


def _leads(handshake_or_membership: Handshake | Membership, reader: int) -> bool:
    """Whether the reader gets the mails for the leaders of the row's group today."""
    return reader in {person.pk for person in leaders_of(handshake_or_membership.group_id)}


def _invited(handshake: Handshake, reader: int) -> bool:
    """Whether the reader gets the mails for the people who invited today."""
    return reader in {person.pk for person in who_invited(handshake)}


def _counts(membership: Membership) -> bool:
    return Membership.objects.on().filter(pk=membership.pk).exists()


@check("members.invitation")
def invitation_stands(argument: str) -> bool:
    """Whether the mail's link still works for an open invitation, and the person who signed it still offers it.

    `argument` is "id.beginning of the hash".
    """
    pk, _dot, link = argument.partition(".")
    with scope.read_everywhere("link-lookup"):
        rows = Handshake.objects.filter(pk=int(pk), state=HandshakeState.INVITED, token_hash__startswith=link)
        found = rows.select_related("group", "leader_signed_by").first()
    if found is None or found.group.is_closed:
        return False
    with scope.group_scope(found.group_id):
        return still_offers(found)


@check_row("members.withdrawn", Handshake)
def withdrawn_is_news(handshake: Handshake, _reader: int, _detail: str) -> bool:
    """An address that never got the invitation learns nothing of it."""
    sent = OutgoingMail.objects.filter(
        purpose="members.invitation",
        still_due__startswith=f"members.invitation:{handshake.pk}.",
        state__in=(MailState.SENT, MailState.SENDING, MailState.UNSURE),
    )
    return handshake.state == HandshakeState.WITHDRAWN and sent.exists()


@check_row("members.address_code", Handshake)
def address_is_asked_for(handshake: Handshake, _reader: int, _detail: str) -> bool:
    """The code is worth something while the invitation is open."""
    return handshake.state == HandshakeState.INVITED


@check_row("members.welcome", Membership)
def welcome_counts(membership: Membership, reader: int, _detail: str) -> bool:
    """The reader is the member, and still is one."""
    return membership.person_id == reader and _counts(membership)


@check_row("members.accepted", Membership, "handshake", "handshake__leader_signed_by")
def accepted_is_for_the_reader(membership: Membership, reader: int, _detail: str) -> bool:
    """The membership counts, and the reader is still one of those who invited."""
    handshake = membership.handshake
    return handshake is not None and _counts(membership) and _invited(handshake, reader)


@check_row("members.declined", Handshake, "leader_signed_by")
def declined_is_for_the_reader(handshake: Handshake, reader: int, _detail: str) -> bool:
    """The reader is still one of those who invited."""
    return handshake.state == HandshakeState.DECLINED and _invited(handshake, reader)


@check_row("members.request_received", Handshake)
def request_is_open(handshake: Handshake, reader: int, _detail: str) -> bool:
    """The request is open, and the reader leads the group."""
    return handshake.state == HandshakeState.REQUESTED and _leads(handshake, reader)


@check_row("members.accepted_in_leaders_place", Membership)
def accepted_in_place_counts(membership: Membership, reader: int, _detail: str) -> bool:
    """The membership counts, and the reader leads the group."""
    return _counts(membership) and _leads(membership, reader)


@check_row("members.request_declined", Handshake)
def request_was_declined(handshake: Handshake, reader: int, _detail: str) -> bool:
    """The reader asked, the request was closed, and the person has not become a member meanwhile."""
    closed = handshake.state in (HandshakeState.DECLINED, HandshakeState.WITHDRAWN)
    member = Membership.objects.on().filter(person=reader).exists()
    return closed and handshake.person_id == reader and not member


@check_row("members.ended", Membership)
def membership_is_over(membership: Membership, reader: int, _detail: str) -> bool:
    """The reader was the member, and has not become one again."""
    member = Membership.objects.on().filter(person=membership.person_id).exists()
    return membership.person_id == reader and not member


@check_row("members.left", Membership)
def leaving_is_for_the_reader(membership: Membership, reader: int, _detail: str) -> bool:
    """The person is not a member again, and the reader leads the group."""
    member = Membership.objects.on().filter(person=membership.person_id).exists()
    return not member and _leads(membership, reader)


@check_row("members.new_link_asked", Handshake, "leader_signed_by")
def new_link_is_wanted(handshake: Handshake, reader: int, _detail: str) -> bool:
    """The invitation has expired and was not sent again, and the reader is still one of those who invited."""
    over = handshake.expires_at is not None and handshake.expires_at <= clock.now()
    waiting = handshake.state == HandshakeState.EXPIRED or (
        handshake.state == HandshakeState.INVITED and over
    )
    return waiting and _invited(handshake, reader)


@check_row("members.other_address_asked", Handshake, "leader_signed_by")
def other_address_is_wanted(handshake: Handshake, reader: int, _detail: str) -> bool:
    """The invitation is not answered, and the reader is still one of those who invited."""
    waiting = handshake.state in (HandshakeState.INVITED, HandshakeState.EXPIRED)
    return waiting and _invited(handshake, reader)
