"""The people of the demo network: ten thousand invented people, the Chair's Office, and the personas."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.db import models

from accounts.models import Region, User, normalised
from demo.names import Draft, draw
from demo.personas import PERSONAS, Persona
from groups.models import NetworkAppointment

CHUNK = 1000
Row = TypeVar("Row", bound=models.Model)
# No password matches this text, so these people cannot sign in. It is the same for all, so a seed gives the same rows.
LOCKED = "!" + "demo" * 10


def at(day: date, hour: int = 10) -> datetime:
    """Return the moment at this hour of a day, in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def write(rows: list[Row]) -> list[Row]:
    """Insert many rows of one model in chunks. Return the rows with their keys."""
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=CHUNK) if rows else []


@dataclass
class Staff:
    """People who work for the whole network: network support, an administrator, the SSC Chair."""

    support: list[User] = field(default_factory=list)
    admin: User | None = None
    chair: User | None = None


@dataclass
class Crowd:
    """All people of the demo network, before they are in any group."""

    members: list[User]
    staff: Staff
    personas: dict[str, User]

    @property
    def ssc_chair(self) -> User:
        """The person who appointed the leaders."""
        assert self.staff.chair is not None
        return self.staff.chair

    @property
    def administrator(self) -> User:
        """The person who signs for a group without a leader."""
        assert self.staff.admin is not None
        return self.staff.admin


def _user(drawn: Draft, email: str, joined: datetime) -> User:
    person = User(
        email=email,
        given_name=drawn.given_name,
        family_name=drawn.family_name,
        language=drawn.language,
        country=drawn.country,
        region_id=drawn.region,
        institution=drawn.institution,
        expertise=drawn.expertise,
        password=LOCKED,
        joined_at=joined,
    )
    person.derive()
    return person


def _address(drawn: Draft, number: int, domain: str) -> str:
    plain = [
        "".join(c for c in normalised(part) if c.isascii() and c.isalnum())
        for part in (drawn.given_name, drawn.family_name)
    ]
    return f"{'.'.join(plain)}.{number}@{domain}"


def _persona(persona: Persona, joined: datetime) -> User:
    drawn = Draft(
        persona.given_name,
        persona.family_name,
        persona.region,
        persona.country,
        persona.language,
        "Species Survival Commission" if persona.network else "Institute of Wild Cats, Lindenfels",
        "Red List assessment",
    )
    person = _user(drawn, persona.email, joined)
    # Few rounds are enough, because the password is public. With a fixed salt, the same seed writes the same rows.
    salt = hashlib.sha256(persona.account.encode()).hexdigest()[:22]
    hasher = get_hasher()
    rounds = {"iterations": 1000} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    person.password = hasher.encode(persona.password, salt, **rounds)
    person.is_superuser = person.is_staff = persona.code == "SU"
    if persona.code in {"LE", "RL"}:
        person.public_email = f"{persona.account}@cats.example"
    return person


def make_crowd(random: Random, members: int, today: date, *, with_personas: bool) -> Crowd:
    """Write all accounts with proved addresses, the roles of the network, and the personas' second factors."""
    first = date(2017, 1, 1)
    days = max((today - first).days - 30, 1)
    drafts = [draw(random) for _number in range(members)]
    people = [
        _user(
            drawn,
            _address(drawn, number, "people.example"),
            at(first + timedelta(days=random.randrange(days))),
        )
        for number, drawn in enumerate(drafts, 1)
    ]
    for person in people:
        person.share_contact = random.random() < 0.4
    office = [
        _user(drawn, _address(drawn, number, "office.example"), at(first))
        for number, drawn in enumerate((draw(random) for _number in range(40)), 1)
    ]
    personas = [_persona(one, at(first)) for one in PERSONAS] if with_personas else []
    everybody = write([*people, *office, *personas])
    write(
        [EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in everybody]
    )
    known = (
        {one.code: person for one, person in zip(PERSONAS, personas, strict=bool(personas))}
        if personas
        else {}
    )
    crowd = Crowd(people, Staff(), known)
    _offices(crowd, office, first)
    if with_personas:
        _second_factors(known)
    return crowd


def _offices(crowd: Crowd, office: list[User], since: date) -> None:
    """Write the roles of the network: Chair's Office, chairs, Steering Committee, a reviewer for each region."""
    known, rest = crowd.personas, iter(office)
    staff = [next(rest) for _number in range(11)]
    crowd.staff.support = [known["NS"], *staff] if "NS" in known else [*staff, next(rest)]
    crowd.staff.admin = next(rest)
    crowd.staff.chair = known.get("SC") or next(rest)
    roles = [("CS", person) for person in crowd.staff.support if person is not known.get("NS")]
    roles += [("CA", crowd.staff.admin), ("SC", crowd.staff.chair), ("DC", known.get("DC") or next(rest))]
    roles += [("SM", next(rest)) for _number in range(11)]
    roles += [(code, known[code]) for code in ("CS", "CA", "SM") if code in known]
    rows = [NetworkAppointment(person=person, role=role, starts_on=since) for role, person in roles]
    for region in Region.objects.all():
        person = known["RR"] if region.pk == "africa" and "RR" in known else next(rest)
        rows.append(NetworkAppointment(person=person, role="RR", region=region, starts_on=since))
    for row in rows:
        row.made_at = at(since)
    write(rows)


def _second_factors(known: dict[str, User]) -> None:
    for persona in PERSONAS:
        if persona.needs_code:
            TOTP.activate(known[persona.code], persona.secret)
