"""Reads across memberships and handshakes. Asked inside the group's scope unless a function says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Region, User, folded
from core import clock
from groups.models import Appointment, Group, Quadrennium
from members.models import Handshake, Membership
from members.states import OPEN, HandshakeState


@dataclass(frozen=True)
class MemberRow:
    """One member as the list shows it."""

    membership: Membership
    person: User
    since: int
    offices: list[str] = field(default_factory=list)
    # The address, where this reader may see it.
    contact: str = ""


@dataclass(frozen=True)
class Renewal:
    """How far the people of the last quadrennium have come into this one."""

    period: Quadrennium
    total: int
    accepted: int
    invited: int
    leaving: int

    @property
    def missing(self) -> int:
        """People who were members and have not been invited yet."""
        return self.total - self.accepted - self.invited - self.leaving


def members_of(group: Group, *, words: str = "", region: Region | None = None) -> QuerySet:
    """Memberships that hold today, by name, narrowed by words and region."""
    first = (
        Membership.objects.filter(group=OuterRef("group"), person=OuterRef("person"))
        .order_by()
        .values("person")
        .annotate(first=Min("starts_on"))
        .values("first")
    )
    found = (
        Membership.objects.on()
        .filter(group=group)
        .select_related("person", "person__region")
        .annotate(since=Subquery(first))
        .order_by("person__sort_key", "pk")
    )
    for word in folded(words).split():
        found = found.filter(person__search__contains=word)
    return found.filter(person__region=region) if region else found


def offices_of(group: Group, people: Collection[int]) -> dict[int, list[str]]:
    """Offices held today in the group, by person."""
    held: dict[int, list[str]] = {}
    rows = Appointment.objects.on().filter(group=group, person_id__in=people).order_by("starts_on", "pk")
    for appointment in rows:
        held.setdefault(appointment.person_id, []).append(appointment.office_name)
    return held


def member_rows(
    group: Group, memberships: list[Membership], *, contacts: bool, reader: User
) -> list[MemberRow]:
    """Rows of the list: an address only for those who may see it, of people who share it, or the reader's own."""
    offices = offices_of(group, [one.person_id for one in memberships])
    return [
        MemberRow(
            membership=one,
            person=one.person,
            since=(getattr(one, "since", None) or one.starts_on).year,
            offices=offices.get(one.person_id, []),
            contact=one.person.email
            if contacts or one.person.share_contact or one.person_id == reader.pk
            else "",
        )
        for one in memberships
    ]


def handshake_counts(group: Group, period: Quadrennium | None) -> dict[str, int]:
    """How many handshakes of this quadrennium stand in each state."""
    rows = Handshake.objects.filter(group=group, quadrennium=period).order_by().values("state")
    return {row["state"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def handshakes_in(group: Group, period: Quadrennium | None, state: str, words: str = "") -> QuerySet:
    """Handshakes of this quadrennium in one state, newest first, narrowed by words in name or address."""
    found = Handshake.objects.filter(group=group, quadrennium=period, state=state).select_related("person")
    for word in words.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
        )
    return found.order_by("-started_at", "-pk")


def _former(group: Group, last: Quadrennium, period: Quadrennium) -> QuerySet:
    """Memberships that ran to the end of the last quadrennium, with where each person stands in this one."""
    now = Membership.objects.filter(group=OuterRef("group"), person=OuterRef("person"), quadrennium=period)
    theirs = Handshake.objects.filter(
        Q(person=OuterRef("person")) | Q(person__isnull=True, email=OuterRef("person__email")),
        group=OuterRef("group"),
        quadrennium=period,
    )
    return Membership.objects.filter(
        group=group, quadrennium=last, ends_on=last.ends_on, ending__isnull=True
    ).annotate(
        accepted=Exists(now),
        invited=Exists(theirs.filter(state__in=OPEN)),
        leaving=Exists(theirs.filter(state=HandshakeState.DECLINED)),
    )


def _last_period(period: Quadrennium) -> Quadrennium | None:
    return Quadrennium.objects.filter(ends_on__lt=period.starts_on).order_by("ends_on").last()


def renewal(group: Group, period: Quadrennium | None) -> Renewal | None:
    """How many people of the last quadrennium are members again, invited, leaving, or not invited yet."""
    last = _last_period(period) if period else None
    if last is None or period is None:
        return None
    found = _former(group, last, period).aggregate(
        total=Count("pk"),
        yes=Count("pk", filter=Q(accepted=True)),
        asked=Count("pk", filter=Q(accepted=False, invited=True)),
        no=Count("pk", filter=Q(accepted=False, invited=False, leaving=True)),
    )
    if not found["total"]:
        return None
    return Renewal(period, found["total"], found["yes"], found["asked"], found["no"])


def not_invited(group: Group, period: Quadrennium, words: str = "") -> QuerySet:
    """Memberships of the last quadrennium whose person was not invited into this one yet."""
    last = _last_period(period)
    if last is None:
        return Membership.objects.none()
    found = (
        _former(group, last, period)
        .filter(accepted=False, invited=False, leaving=False)
        .select_related("person", "person__region")
        .order_by("person__sort_key", "pk")
    )
    for word in folded(words).split():
        found = found.filter(person__search__contains=word)
    return found


def member_count(group: Group) -> int:
    """How many members the group has today."""
    return Membership.objects.on().filter(group=group).count()


def story(handshake: Handshake) -> list[dict[str, object]]:
    """What happened to a handshake, newest first, as a timeline shows it."""
    events: list[dict[str, object]] = []

    def add(when: object, who: User | None, text: str, note: str = "") -> None:
        if when is not None:
            events.append({"when": when, "who": who.name if who else "", "text": text, "note": note})

    started = (
        _("asked to join.") if handshake.person_id == handshake.started_by_id else _("began the invitation.")
    )
    add(handshake.started_at, handshake.started_by, started)
    add(handshake.leader_signed_at, handshake.leader_signed_by, _("signed for the group."))
    if handshake.conditions is not None:
        accepted = _("accepted the conditions, version %(version)s.") % {
            "version": handshake.conditions.version
        }
        add(handshake.person_signed_at, handshake.person, accepted)
    closing = {
        HandshakeState.DECLINED: _("Declined."),
        HandshakeState.WITHDRAWN: _("Withdrawn."),
        HandshakeState.EXPIRED: _("The invitation ran out."),
        HandshakeState.ACCEPTED: _("The membership began."),
    }.get(HandshakeState(handshake.state))
    if closing:
        add(handshake.closed_at, None, closing, handshake.closing_word)
    return sorted(events, key=lambda event: str(event["when"]), reverse=True)


def day_text(moment: datetime | None) -> str:
    """A day in words, or a dash."""
    return date_format(moment, "DATE_FORMAT") if moment else "–"


def joinable(category: str) -> QuerySet:
    """Open groups of a category that take members."""
    return (
        Group.objects.open(clock.today())
        .filter(category_id=category, category__takes_members=True)
        .order_by("sort_key")
    )
