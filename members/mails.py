"""Every mail about invitations and requests: who gets it, in which language, with which link.

Each mail is written into the outbox in the transaction of the act. Keys name the record, the person and the occasion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.mail import limits, outbox
from core.mail.models import OutgoingMail
from groups.models import Group
from members.access import leaders_of, may_invite
from members.links import absolute
from members.models import Handshake, Membership

if TYPE_CHECKING:
    from accounts.models import User


def _to_person(
    template: str, person: User, key: str, context: dict[str, object], url: str, label: str | Promise
) -> None:
    filled = {**context, "button_url": url, "button_label": label}
    outbox.queue_template(f"members/emails/{template}", filled, key=key, recipient=person)


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
    )


def withdrawn(handshake: Handshake) -> None:
    """Tells the invited address that the invitation was withdrawn."""
    outbox.queue_template(
        "members/emails/withdrawn",
        {"handshake": handshake, "group": handshake.group},
        key=f"members.invited:{handshake.group_id}:{handshake.pk}:withdrawn",
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
        f"members.welcome:{handshake.pk}",
        {"handshake": handshake, "group": group, "membership": membership},
        absolute(person.language, "members:member-list", group.slug),
        _("See who else is a member"),
    )
    for leader in who_invited(handshake):
        _to_person(
            "accepted",
            leader,
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
        holds_secret=True,
    )
