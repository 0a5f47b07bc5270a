"""Write memberships of both periods, and the handshakes of the present period in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from core.models import AuditEntry
from demo.network import CLOSED_ON, CORE, Place, World
from demo.people import at, write
from demo.texts import JOIN_WORDS, fill
from groups.models import Quadrennium
from members.actions.common import last_moment
from members.models import Conditions, Handshake, Membership, MembershipEnding
from members.states import HandshakeOrigin, HandshakeState


@dataclass
class Renewal:
    """How many people have which state of handshake: shares of the former members and of the newcomers."""

    former: dict[str, float]
    newcomers: dict[str, float]


RENEWALS = {
    False: Renewal(
        {"accepted": 0.85, "invited": 0.03, "expired": 0.05, "declined": 0.02, "none": 0.05},
        {
            "accepted": 0.74,
            "requested": 0.08,
            "invited": 0.06,
            "prepared": 0.05,
            "declined": 0.05,
            "withdrawn": 0.02,
        },
    ),
    True: Renewal(
        {"accepted": 0.40, "invited": 0.30, "expired": 0.06, "declined": 0.02, "none": 0.22},
        {
            "accepted": 0.30,
            "requested": 0.28,
            "invited": 0.20,
            "prepared": 0.12,
            "declined": 0.06,
            "withdrawn": 0.04,
        },
    ),
}
FORMER_SHARE = 0.88


def enrol(world: World) -> None:
    """Write memberships of both periods, and the handshakes of the present period in every state."""
    random, conditions = world.random, Conditions.in_force()
    before, now = world.periods["2021–2025"], world.periods["2026–2029"]
    plan = RENEWALS[world.stage == "renewal-open"]
    earlier: list[Membership] = []
    left: list[tuple[Membership, date]] = []
    signed: list[tuple[Handshake, Place, User]] = []
    for place in world.places:
        for seat, person in enumerate(place.seats):
            core = seat < CORE or person in world.crowd.personas.values()
            former = core or random.random() < FORMER_SHARE
            if former:
                first = (
                    before.starts_on
                    if core or random.random() < 0.8
                    else world.past(before.starts_on, date(2025, 6, 30))
                )
                row = Membership(
                    group=place.group,
                    person=person,
                    quadrennium=before,
                    conditions=conditions,
                    starts_on=first,
                    ends_on=before.ends_on,
                    made_at=at(first),
                )
                earlier.append(row)
                if place.closed:
                    left.append((row, max(CLOSED_ON, first)))
                elif not core and random.random() < 0.02:
                    left.append((row, world.past(max(first, date(2023, 1, 1)), date(2025, 10, 1))))
            if place.closed:
                continue
            shares = plan.former if former else plan.newcomers
            state = "accepted" if core else random.choices(list(shares), weights=list(shares.values()))[0]
            if state != "none":
                signed.append((_handshake(world, place, person, state, conditions, now, core), place, person))
    write(earlier)
    ended = {id(row): day for row, day in left}
    write(
        [
            MembershipEnding(
                group_id=row.group_id, membership=row, from_day=day, reason="Left the group.", made_at=at(day)
            )
            for row, day in left
        ]
    )
    write([handshake for handshake, _place, _person in signed])
    current = [
        _began(handshake, place, person)
        for handshake, place, person in signed
        if handshake.state == HandshakeState.ACCEPTED
    ]
    write(current)
    _count_members(world, [*earlier, *current], ended)
    write(_membership_acts(world, current))


def _handshake(
    world: World,
    place: Place,
    person: User,
    state: str,
    conditions: Conditions,
    period: Quadrennium,
    core: bool,
) -> Handshake:
    random, today = world.random, world.today
    leaders = [leader for leader in place.leaders if leader.pk != person.pk]
    signer = leaders[0] if leaders else world.crowd.administrator
    asked = state == "requested" or (
        state in {"accepted", "declined"} and random.random() < 0.08 and not core
    )
    started = period.starts_on if core else world.past(period.starts_on, today - timedelta(days=30))
    if state in {"invited", "requested", "prepared"}:
        started = today - timedelta(days=random.randint(1, 19))
    answered = started if core else world.past(started, started + timedelta(days=18))
    row = Handshake(
        group=place.group,
        quadrennium=period,
        origin=HandshakeOrigin.REQUEST if asked else HandshakeOrigin.INVITATION,
        state=state,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        person=person if asked or state in {"accepted", "declined"} else None,
        message=fill(random.choice(JOIN_WORDS), place.focus, random) if asked else "",
        started_at=at(started, 9),
        started_by=person if asked else signer,
    )
    if asked:
        row.person_signed_at, row.conditions = row.started_at, conditions
    elif state != "prepared":
        row.leader_signed_at, row.leader_signed_by = row.started_at, signer
        row.expires_at = last_moment(row.started_at)
    if state == "prepared" and len(place.writers) > 1:
        row.started_by = next((one for one in place.writers[1:] if one.pk != person.pk), signer)
    if state == "accepted":
        row.person_signed_at = row.person_signed_at or at(answered, 15)
        row.leader_signed_at, row.leader_signed_by = row.leader_signed_at or at(answered, 16), signer
        row.signed_in_leaders_place = not leaders
        row.conditions = conditions
    elif state in {"declined", "withdrawn"}:
        row.closed_at, row.closed_by = at(answered, 16), (signer if asked or state == "withdrawn" else person)
        row.closing_word = "Please write again when you have field experience." if asked else ""
    elif state == "expired":
        row.expires_at = last_moment(row.started_at)
        row.closed_at = row.expires_at
    return row


def _began(handshake: Handshake, place: Place, person: User) -> Membership:
    """Return the membership that began with an accepted handshake."""
    signed_at = handshake.person_signed_at
    assert signed_at is not None
    return Membership(
        group=place.group,
        person=person,
        quadrennium=handshake.quadrennium,
        conditions=handshake.conditions,
        handshake=handshake,
        starts_on=signed_at.date(),
        ends_on=handshake.quadrennium.ends_on,
        made_by=handshake.leader_signed_by,
        made_at=signed_at,
    )


def _count_members(world: World, memberships: list[Membership], ended: dict[int, date]) -> None:
    """Count the people in each group in each year, as the report counts them, and store it in the places."""
    by_group: dict[int, dict[int, set[int]]] = {}
    for row in memberships:
        assert row.ends_on is not None
        last = ended.get(id(row), row.ends_on + timedelta(days=1))
        years = by_group.setdefault(row.group_id, {})
        for year in range(row.starts_on.year, row.ends_on.year + 1):
            if last > date(year, 1, 1):
                years.setdefault(year, set()).add(row.person_id)
    for place in world.places:
        years = by_group.get(place.group.pk, {})
        place.members_in = {year: len(people) for year, people in years.items()}


def _membership_acts(world: World, memberships: list[Membership]) -> list[AuditEntry]:
    """Return audit entries for the last people who joined each group, for its recent activity."""
    newest: dict[int, list[Membership]] = {}
    for row in sorted(memberships, key=lambda one: (one.starts_on, one.pk), reverse=True):
        few = newest.setdefault(row.group_id, [])
        if len(few) < 4:
            few.append(row)
    return [
        AuditEntry(
            at=row.made_at,
            verb="members.membership_began",
            by=row.person,
            role="",
            channel="page",
            group_id=row.group_id,
            about_type="members.membership",
            about_id=row.pk,
            detail={"name": row.person.name},
        )
        for few in newest.values()
        for row in few
    ]
