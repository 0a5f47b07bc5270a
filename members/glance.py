"""One group's people at a glance: how many there are, how its handshakes stand and what waits, read once for a page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import BigIntegerField, Count, Field, Q, QuerySet, Value
from django.db.models.functions import Lower

from core import clock
from core.prepared import in_columns, prepared
from groups.models import Group, Quadrennium
from members.models import Handshake, Membership
from members.states import AWAITS_LEADER, HandshakeState


class Waiting(NamedTuple):
    """A handshake that waits for somebody, with what its duties say."""

    pk: int
    state: str
    email: str
    given_name: str
    family_name: str
    person_id: int | None
    person_signed_at: datetime | None
    started_at: datetime
    expires_at: datetime | None
    group_id: int
    group_slug: str
    group_name: str


# The columns of one, the group's own left out.
COLUMNS = (
    *("pk", "state", "email", "given_name", "family_name", "person_id", "person_signed_at", "started_at"),
    "expires_at",
)
# Of the union below: of each column the kind.
KINDS: dict[str, Field] = {
    "n": BigIntegerField(),
    **{name: Handshake._meta.get_field(name) for name in COLUMNS if not name.endswith(("pk", "_id"))},
    **{name: BigIntegerField() for name in ("pk", "person_id")},
}


def proved_by(person: int) -> QuerySet:
    """The addresses that a person has proved, in small letters."""
    return EmailAddress.objects.filter(user=person, verified=True).order_by().values_list(Lower("email"))


def own_waiting(person: int, now: datetime) -> Q:
    """Handshakes that wait for the person's own answer, or that the person waits for."""
    return Q(state=HandshakeState.INVITED, expires_at__gt=now, email__in=proved_by(person)) | Q(
        state=HandshakeState.REQUESTED, person=person
    )


@prepared
def _rows(group: int, day: date, period: int, person: int, decides: list[str], now: datetime) -> QuerySet:
    """Handshakes that wait; and numbers: people under no state, handshakes of the period under theirs."""
    people = Membership.objects.on(day).filter(group=group).order_by().values(state=Value(""))
    people = people.annotate(n=Count("pk"))
    states = Handshake.objects.filter(group=group, quadrennium=period).order_by().values("state")
    states = states.annotate(n=Count("pk"))
    waits = Q(state__any_of=decides) | own_waiting(person, now)
    waiting = Handshake.objects.filter(waits, group=group).order_by()
    return in_columns(waiting, KINDS, **{name: name for name in COLUMNS}).union(
        in_columns(people, KINDS, state="state", n="n"),
        in_columns(states, KINDS, state="state", n="n"),
        all=True,
    )


class Glance(NamedTuple):
    """People in the group (under "") and handshakes by state; and what waits, the longest first."""

    counts: dict[str, int]
    waiting: list[Waiting]


def glance_at(kept: dict[str, Any], group: Group, person: int, *, decides: bool, day: date) -> Glance:
    """What the page of a group asks for its reader, in the group's scope; one query, kept for that page.

    `decides` says whether the reader signs for the group.
    """
    key = f"members.glance.{group.pk}.{person}.{day}"
    if key not in kept:
        period = Quadrennium.current(day)
        rows = _rows(
            group=group.pk,
            day=day,
            period=period.pk if period else 0,
            person=person,
            decides=[str(state) for state in AWAITS_LEADER] if decides else [],
            now=clock.now(),
        )
        found = [dict(zip(KINDS, row, strict=True)) for row in rows]
        waiting = [
            Waiting(*(row[name] for name in COLUMNS), group.pk, group.slug, group.name)
            for row in found
            if row["n"] is None
        ]
        kept[key] = Glance(
            counts={row["state"]: row["n"] for row in found if row["n"] is not None},
            waiting=sorted(waiting, key=lambda one: (one.started_at, one.pk)),
        )
    glance: Glance = kept[key]
    return glance
