"""Write the offices of the demo network, term by term, and the contacts that leaders made public."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from demo.network import CLOSED_ON, CORE, LEADERLESS, Place, World
from demo.people import at, write
from demo.personas import GROUP, PERSONAS
from groups.models import Appointment, AppointmentEnding
from groups.sections import section_of


def fill_offices(world: World) -> None:
    """Write the appointments of leaders, coordinators and other offices, term by term, since 2017."""
    appointed: list[tuple[Appointment, date | None]] = []
    support = world.crowd.staff.support
    for number, place in enumerate(world.places):
        place.support = support[number % len(support)]
        if place.group.slug == GROUP:
            place.support = support[0]
        if not place.closed:
            appointed.append(
                (_row(world, place, place.support, "network_support", date(2021, 1, 1), None), None)
            )
        if place.seats:
            appointed += (
                _named_offices(world, place) if _is_demo(world, place) else _drawn_offices(world, place)
            )
    write([row for row, _from_day in appointed])
    endings = [
        AppointmentEnding(
            group_id=row.group_id,
            appointment=row,
            from_day=from_day,
            reason="The group joined another." if from_day == CLOSED_ON else "Stepped down.",
            made_by=world.crowd.ssc_chair,
            made_at=at(from_day - timedelta(days=20)),
        )
        for row, from_day in appointed
        if from_day
    ]
    write(endings)


def _is_demo(world: World, place: Place) -> bool:
    return place.group.slug == GROUP and bool(world.crowd.personas)


def _row(
    world: World, place: Place, person: User, office: str, first: date, last: date | None, **more: str
) -> Appointment:
    period = next((one for one in world.periods.values() if one.starts_on <= first <= one.ends_on), None)
    return Appointment(
        group=place.group,
        person=person,
        office=office,
        starts_on=first,
        ends_on=last,
        quadrennium=period,
        made_by=world.crowd.ssc_chair,
        made_at=at(first - timedelta(days=30)),
        topic=more.get("topic", ""),
        note=more.get("note", ""),
    )


def _terms(
    world: World, place: Place, person: User, office: str, number: int
) -> list[tuple[Appointment, date | None]]:
    """Return `number` terms in a row up to the present term, or in the closed group up to its last day."""
    periods = list(world.periods.values())[-number:]
    found: list[tuple[Appointment, date | None]] = []
    for period in periods:
        if place.closed and period.starts_on >= CLOSED_ON:
            continue
        ended = CLOSED_ON if place.closed and period.ends_on >= CLOSED_ON else None
        found.append((_row(world, place, person, office, period.starts_on, period.ends_on), ended))
    return found


def _drawn_offices(world: World, place: Place) -> list[tuple[Appointment, date | None]]:
    random, seats = world.random, place.seats
    found: list[tuple[Appointment, date | None]] = []
    count = 1 if len(seats) < 4 or random.random() < 0.6 else 2
    office = "chair" if count == 1 else "co_chair"
    led = place.group.slug != LEADERLESS
    for person in seats[:count]:
        number = random.choices((1, 2, 3), weights=(40, 40, 20))[0] if led else 2
        rows_ = _terms(world, place, person, office, max(number, 2) if place.closed else number)
        if not led:
            rows_ = rows_[:1]  # the second term never began
        found += rows_
        if led and not place.closed:
            place.leaders.append(person)
            person.public_email = f"contact@{place.group.slug}.example"
        if len(rows_) >= 2 or not led or place.closed:
            place.leaders_before.append(person)
    if not place.leaders_before and len(seats) > CORE:
        # Another person led before. In some groups this person stepped down in the middle of the term.
        person, period = seats[CORE - 1], world.periods["2021–2025"]
        gone = date(2024, 6, 1) if random.random() < 0.15 else None
        found.append((_row(world, place, person, "chair", period.starts_on, period.ends_on), gone))
        found.append((_row(world, place, person, "chair", date(2017, 1, 1), date(2020, 12, 31)), None))
        place.leaders_before.append(person)
    elif not place.leaders_before:
        place.leaders_before = list(place.leaders)
    if place.closed or len(seats) <= CORE:
        place.writers = list(place.leaders)
        return found
    extra = (
        ("red_list_coordinator", 0.62, 2, ""),
        ("deputy_chair", 0.3, 3, ""),
        ("programme_officer", 0.4, 4, ""),
        ("treasurer", 0.2, 5, ""),
        ("focal_point", 0.4, 6, "planning"),
        ("focal_point", 0.25, 7, "ex_situ"),
        ("focal_point", 0.2, 8, "sustainable_use"),
    )
    period = world.periods["2026–2029"]
    kind = place.group
    taxonomic = bool(section_of(kind.category_id, kind.subcategory).gathers)
    authority = kind.category_id == "red-list-authority"
    for name, chance, seat, topic in extra:
        drawn = random.random() < chance
        # Coordinators and focal points are for groups that look after species (guidelines 2.2, checklist 16 and 19 to
        # 21), not for committees, task forces and national groups. A Red List Authority always has a coordinator.
        if name in {"red_list_coordinator", "focal_point"} and not taxonomic:
            continue
        if not drawn and not (authority and name == "red_list_coordinator"):
            continue
        person = seats[seat]
        if name == "red_list_coordinator":
            found += _terms(world, place, person, name, random.choice((1, 1, 2, 3)))
            place.coordinators.append(person)
        else:
            found.append(
                (_row(world, place, person, name, period.starts_on, period.ends_on, topic=topic), None)
            )
        if name not in {"treasurer", "focal_point"}:
            place.writers.append(person)
    place.writers = [*place.leaders, *place.writers]
    return found


def _named_offices(world: World, place: Place) -> list[tuple[Appointment, date | None]]:
    """Return the offices of the demo group: each persona has the office of their role. There is a second Co-Chair."""
    known = world.crowd.personas
    period = world.periods["2026–2029"]
    second = next(person for person in place.seats if person not in known.values())
    found = _terms(world, place, second, "co_chair", 2)
    for persona in PERSONAS:
        if not persona.office or persona.office == "network_support":
            continue
        person = known[persona.code]
        number = {"LE": 2, "RL": 3}.get(persona.code, 1)
        if number > 1:
            found += _terms(world, place, person, persona.office, number)
        else:
            row = _row(
                world, place, person, persona.office, period.starts_on, period.ends_on, topic=persona.topic
            )
            found.append((row, None))
    delegation = _row(
        world,
        place,
        known["DD"],
        "delegate",
        world.today - timedelta(days=10),
        world.today + timedelta(days=60),
        note="Invitations and requests while I am in the field.",
    )
    delegation.made_by, delegation.made_at = known["LE"], at(world.today - timedelta(days=11))
    found.append((delegation, None))
    second.public_email = f"contact@{place.group.slug}.example"
    place.leaders = [known["LE"], second]
    place.leaders_before = [known["LE"], second]
    place.coordinators = [known["RL"]]
    place.writers = [known["LE"], second, known["RL"], known["PO"], known["DE"]]
    return found


def publish_contacts(world: World) -> None:
    """Save the addresses that leaders and coordinators agreed to make public."""
    for place in world.places:
        for person in place.coordinators:
            person.public_email = person.public_email or f"redlist@{place.group.slug}.example"
    shown = {person.pk: person for place in world.places for person in (*place.leaders, *place.coordinators)}
    if shown:
        User.objects.bulk_update(list(shown.values()), ["public_email"], batch_size=500)
