"""Memberships give the role of a member; who may invite, who leads, which handshakes a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value

from core import scope
from groups import roles
from groups.access import PersonRoles, role_source, roles_of
from groups.models import Appointment, Group
from groups.querysets import appointment_ground
from groups.roles import Permission, RoleCode
from members.models import Handshake, Membership
from members.states import HandshakeState

if TYPE_CHECKING:
    from accounts.models import User


@role_source
def memberships(person: int, day: date) -> QuerySet:
    """A membership that counts on the day makes its person a member of the group."""
    return (
        Membership.objects.on(day)
        .of(person)
        .order_by()
        .values_list(
            F("group_id"),
            Value(RoleCode.MEMBER, output_field=CharField()),
            Value("", output_field=CharField()),
        )
    )


@appointment_ground
def membership_of_office(day: date) -> Q:
    """An office that the group's leaders fill rests on the membership that was there when it was given or began."""
    memberships = Membership.objects.on(day).filter(
        Q(made_at__lte=OuterRef("made_at")) | Q(starts_on__lte=OuterRef("starts_on")),
        group=OuterRef("group"),
        person=OuterRef("person"),
    )
    return ~Q(office__in=roles.FILLED_BY_LEADER) | Q(Exists(memberships))


def proved_addresses(person: User) -> set[str]:
    """The addresses that the person has confirmed, in lower case. Invitations are matched with these only."""
    return {
        address.lower()
        for address in EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    }


@dataclass(frozen=True)
class ContactRights:
    """Which addresses of a group's members a reader may see (docs/security.md, "Contact data of members")."""

    reader: int
    # All addresses, or the ones that members share with their groups. Everybody may see their own.
    every: bool = False
    shared: bool = False

    def shown(self, person: int, email: str, *, shares: bool) -> str:
        """Return the member's address when the reader may see it, else ''."""
        return email if self.every or (self.shared and shares) or person == self.reader else ""


def contact_rights(reader: User, held: PersonRoles, group: Group) -> ContactRights:
    """What the reader may see of the addresses of the group's members."""
    return ContactRights(
        reader.pk,
        every=held.may(Permission.VIEW_CONTACTS, group),
        shared=held.may(Permission.VIEW_SHARED_CONTACTS, group),
    )


def may_invite(person: User | None, group: Group | int) -> bool:
    """Whether the person may sign invitations for the group today; False when `person` is None."""
    return person is not None and roles_of(person).may(Permission.INVITE_PERSON, group)


def still_offers(handshake: Handshake) -> bool:
    """Whether the person who signed the invitation may invite today in the same term as then.

    What was offered counts only while the one who offered could offer it. A signature does not come back with a new
    term. The caller has opened the group's scope.
    """
    signer, signed_at = handshake.leader_signed_by, handshake.leader_signed_at
    if signer is None or signed_at is None or not may_invite(signer, handshake.group_id):
        return False
    terms = Appointment.objects.on().of(signer).with_role(RoleCode.LEADER, RoleCode.DELEGATED)
    return terms.filter(group=handshake.group_id, made_at__lte=signed_at).exists()


def stands_in_for_leader(held: PersonRoles, group: Group | int) -> bool:
    """Whether the person decides requests for the Chair's Office: none of their roles in the group allows it."""
    pk = group if isinstance(group, int) else group.pk
    own = held.groups.get(pk, frozenset())
    return not any(Permission.DECIDE_REQUEST in roles.ROLES[code].permissions for code in own)


def leaders_of(group: Group | int) -> list[User]:
    """The people who lead the group today; without a leader, the group's contacts at the Chair's Office.

    The caller has opened the group's scope. Source: guidelines 2.2 and 3.5.
    """
    today = Appointment.objects.on().filter(group=group).select_related("person").order_by("starts_on", "pk")
    for code in (RoleCode.LEADER, RoleCode.NETWORK_SUPPORT):
        people = {one.person_id: one.person for one in today.with_role(code) if one.person.is_active}
        if people:
            return list(people.values())
    return []


def my_handshakes(person: User) -> list[Handshake]:
    """Invitations to the person's confirmed addresses and the person's own requests, in all groups, newest first."""
    with scope.read_everywhere("own-duties"):
        return list(
            Handshake.objects.filter(
                Q(state=HandshakeState.INVITED, email__in=proved_addresses(person))
                | Q(person=person, state__in=[HandshakeState.REQUESTED, HandshakeState.DECLINED])
            )
            .select_related("group", "leader_signed_by")
            .order_by("-started_at", "-pk")
        )


def own_handshake(person: User, pk: int) -> Handshake | None:
    """One of the person's own handshakes: sent to an address they confirmed, or signed by them."""
    with scope.read_everywhere("own-duties"):
        found = (
            Handshake.objects.filter(pk=pk).select_related("group", "leader_signed_by", "conditions").first()
        )
    if found is None:
        return None
    if found.person_id == person.pk:
        return found
    invited = found.person_id is None and found.state != HandshakeState.PREPARED
    return found if invited and found.email in proved_addresses(person) else None
