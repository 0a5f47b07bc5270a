"""The groups of the demo network and the people in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from accounts.models import User
from core.reference import rows
from demo.people import Crowd, write
from demo.personas import GROUP, PERSONAS
from demo.texts import CRITERIA, MISSIONS, fill, focus_of
from groups.models import Category, Group, Quadrennium
from groups.reference import slug_of, told_in

# Groups shown in a special state. The Cracid group closed when it joined the Galliformes group (its own page says so).
CLOSED = {
    "name": "Cracid Specialist Group",
    "acronym": "",
    "category": "Specialist Group",
    "subcategory": "Birds",
    "taxon_or_theme": "Cracidae",
}
CLOSED_ON = date(2023, 7, 1)
TINY = "diver-loon"
LEADERLESS = "peccary"
OTHER = "otter"  # the group of the persona "member of another group"
SMALLEST, LARGEST = 28, 640
SEATS_PER_PERSON = 1.12  # some people are in several groups
# The people in the first seats of a group have its offices.
CORE = 10


@dataclass
class Place:
    """One group with all its people (a seat is one person in one group) and its leaders."""

    group: Group
    focus: str
    seats: list[User] = field(default_factory=list)
    leaders: list[User] = field(default_factory=list)
    leaders_before: list[User] = field(default_factory=list)
    coordinators: list[User] = field(default_factory=list)
    writers: list[User] = field(default_factory=list)
    support: User | None = None
    members_in: dict[int, int] = field(default_factory=dict)
    closed: bool = False


@dataclass
class World:
    """The data that all functions which write the demo network use."""

    random: Random
    today: date
    stage: str
    crowd: Crowd
    periods: dict[str, Quadrennium]
    places: list[Place] = field(default_factory=list)

    def past(self, first: date, last: date) -> date:
        """Return a random day between two days, at the latest yesterday."""
        last = min(last, self.today - timedelta(days=1))
        first = min(first, last)
        return first + timedelta(days=self.random.randint(0, (last - first).days))


def make_groups(world: World, wanted: int | None) -> None:
    """Write the first `wanted` groups of the list, always with those that the demo needs, and the closed group."""
    codes = {category.name_en: category for category in Category.objects.all()}
    listed = list(rows("groups", "ssc-groups"))
    if wanted is not None:
        special = [
            row
            for row in listed
            if slug_of(row["name"], "specialist-group") in {GROUP, OTHER, TINY, LEADERLESS}
        ]
        listed = [*special, *(row for row in listed if row not in special)][: max(wanted, 1)]
    for row in [*listed, CLOSED]:
        category = codes[row["category"]]
        closed = row is CLOSED
        focus = focus_of(row["name"])
        partner = not category.takes_members
        remit, host = told_in(row["taxon_or_theme"])
        group = Group(
            name=row["name"],
            acronym=row["acronym"],
            slug=slug_of(row["name"], category.pk),
            category=category,
            subcategory=row["subcategory"],
            remit=remit,
            host_institution=host,
            mission="" if partner else fill(world.random.choice(MISSIONS), focus, world.random),
            membership_criteria="" if partner else fill(world.random.choice(CRITERIA), focus, world.random),
            founded_on=date(world.random.randint(1975, 2016), 1, 1),
            closed_on=CLOSED_ON if closed else None,
        )
        group.derive()
        world.places.append(Place(group, focus, closed=closed))
    write([place.group for place in world.places])


def deal_seats(world: World) -> None:
    """Put every person into a group, and some people into a second one. Group sizes differ as much as real ones."""
    random = world.random
    places = [place for place in world.places if place.group.category.takes_members]
    people = list(world.crowd.members)
    random.shuffle(people)
    total = int(len(people) * SEATS_PER_PERSON)
    scale = min(1.0, total / len(places) / 65)
    weights = {id(place): random.lognormvariate(0, 1.0) for place in places}
    for place in places:
        if place.group.slug == GROUP:
            weights[id(place)] = 8.5
        if place.group.slug == TINY or place.closed:
            weights[id(place)] = 0
    floor = max(2, int(SMALLEST * scale))
    spare = max(0, total - floor * len(places))
    heap = sum(weights.values()) or 1
    stock, again = iter(people), list(people)
    for place in places:
        size = floor + min(int(spare * weights[id(place)] / heap), int((LARGEST - SMALLEST) * scale) or 1)
        size = 2 if place.group.slug == TINY else size
        home = max(2, round(size / SEATS_PER_PERSON))
        place.seats = [person for person, _n in zip(stock, range(home), strict=False)]
        seated = {person.pk for person in place.seats}
        while len(place.seats) < min(size, len(people)):
            person = random.choice(again)
            if person.pk not in seated:
                seated.add(person.pk)
                place.seats.append(person)
    _seat_personas(world)


def _seat_personas(world: World) -> None:
    known = world.crowd.personas
    if not known:
        return
    for place in world.places:
        if place.group.slug == GROUP:
            held = [known[one.code] for one in PERSONAS if one.member]
            place.seats = [*held[1:2], *place.seats[:1], *held[:1], *held[2:], *place.seats[1:]]
        if place.group.slug == OTHER:
            place.seats[CORE:CORE] = [known["OM"]]
