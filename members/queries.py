"""Reads across memberships and handshakes. Asked inside the group's scope unless a function says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User, folded
from core import clock
from core.prepared import as_objects, columns, prepared
from groups.models import Appointment, Group, Quadrennium, all_quadrennia
from members.models import Handshake, Membership
from members.states import OPEN, HandshakeState

# How many people stand on a page of the list.
PER_PAGE = 25


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


def members_of(group: Group | int, *, words: str = "", region: str = "", day: date | None = None) -> QuerySet:
    """Memberships that hold on the day (today), by name, narrowed by words and by the code of a region."""
    first = (
        Membership.objects.filter(group=OuterRef("group"), person=OuterRef("person"))
        .order_by()
        .values("person")
        .annotate(first=Min("starts_on"))
        .values("first")
    )
    found = (
        Membership.objects.on(day)
        .filter(group=group)
        .select_related("person", "person__region")
        .annotate(since=Subquery(first))
        .order_by("person__sort_key", "pk")
    )
    for word in folded(words).split():
        found = found.filter(person__search__contains=word)
    return found.filter(person__region=region) if region else found


@prepared
def _first_members(group: int, day: date) -> QuerySet:
    return members_of(group, day=day).values_list(*columns(Membership), *columns(User, "person__"), "since")[
        :PER_PAGE
    ]


def first_members(group: Group) -> list[Membership]:
    """The first page of `members_of`, which is the one that is asked for most."""
    own = len(columns(Membership))
    found = []
    for row in _first_members(group=group.pk, day=clock.today()):
        (membership,) = as_objects(Membership, [row[:own]])
        (membership.person,) = as_objects(User, [row[own:-1]])
        membership.since = row[-1]  # type: ignore[attr-defined]
        found.append(membership)
    return found


# Of an appointment, what its name says.
OFFICE = ("id", "person_id", "office", "topic")


@prepared
def _offices(group: int, people: list[int], day: date) -> QuerySet:
    held = Appointment.objects.on(day).filter(group=group, person__any_of=people)
    return held.order_by("starts_on", "pk").values_list(*OFFICE)


def offices_of(group: Group, people: Collection[int]) -> dict[int, list[str]]:
    """Offices held today in the group, by person."""
    held: dict[int, list[str]] = {}
    rows = _offices(group=group.pk, people=list(people), day=clock.today())
    for appointment in as_objects(Appointment, rows, OFFICE):
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


@prepared
def _states(group: int, period: int) -> QuerySet:
    rows = Handshake.objects.filter(group=group, quadrennium=period).order_by()
    return rows.values_list("state").annotate(n=Count("pk"))


def handshake_counts(group: Group, period: Quadrennium | None) -> dict[str, int]:
    """How many handshakes of this quadrennium stand in each state."""
    return dict(_states(group=group.pk, period=period.pk)) if period else {}


def handshakes_in(group: Group, period: Quadrennium | None, state: str, words: str = "") -> QuerySet:
    """Handshakes of this quadrennium in one state, newest first, narrowed by words in name or address."""
    found = Handshake.objects.filter(group=group, quadrennium=period, state=state).select_related("person")
    for word in words.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
        )
    return found.order_by("-started_at", "-pk")


def _former(group: Group | int, last: int, ended_on: date, period: int) -> QuerySet:
    """Memberships that ran to the end of the last quadrennium, with where each person stands in this one.

    The group's handshakes are read once for each question, and not for each person.
    """
    now = Membership.objects.filter(group=group, quadrennium=period).order_by().values("person")
    handshakes = Handshake.objects.filter(group=group, quadrennium=period).order_by()

    def theirs(**states: Any) -> Q:
        found = handshakes.filter(**states)
        by_address = found.filter(person__isnull=True).values("email")
        known = found.filter(person__isnull=False).values("person")
        return Q(person__in=known) | Q(person__email__in=by_address)

    return Membership.objects.filter(
        group=group, quadrennium=last, ends_on=ended_on, ending__isnull=True
    ).annotate(
        accepted=_whether(Q(person__in=now)),
        invited=_whether(theirs(state__in=OPEN)),
        leaving=_whether(theirs(state=HandshakeState.DECLINED)),
    )


def _whether(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


@prepared
def _renewed(group: int, last: int, ended_on: date, period: int) -> QuerySet:
    former = _former(group, last, ended_on, period).order_by()
    return former.values_list("accepted", "invited", "leaving").annotate(n=Count("pk"))


def _last_period(period: Quadrennium) -> Quadrennium | None:
    ended = [one for one in all_quadrennia() if one.ends_on < period.starts_on]
    return max(ended, key=lambda one: one.ends_on, default=None)


def renewal(group: Group, period: Quadrennium | None) -> Renewal | None:
    """How many people of the last quadrennium are members again, invited, leaving, or not invited yet."""
    last = _last_period(period) if period else None
    if last is None or period is None:
        return None
    rows = _renewed(group=group.pk, last=last.pk, ended_on=last.ends_on, period=period.pk)
    if not rows:
        return None
    return Renewal(
        period,
        total=sum(n for *_standing, n in rows),
        accepted=sum(n for accepted, _invited, _leaving, n in rows if accepted),
        invited=sum(n for accepted, invited, _leaving, n in rows if invited and not accepted),
        leaving=sum(n for accepted, invited, leaving, n in rows if leaving and not (accepted or invited)),
    )


def not_invited(group: Group, period: Quadrennium, words: str = "") -> QuerySet:
    """Memberships of the last quadrennium whose person was not invited into this one yet."""
    last = _last_period(period)
    if last is None:
        return Membership.objects.none()
    found = (
        _former(group, last.pk, last.ends_on, period.pk)
        .filter(accepted=False, invited=False, leaving=False)
        .select_related("person", "person__region")
        .order_by("person__sort_key", "pk")
    )
    for word in folded(words).split():
        found = found.filter(person__search__contains=word)
    return found


@prepared
def _member_count(group: int, day: date) -> QuerySet:
    rows = Membership.objects.on(day).filter(group=group).order_by()
    return rows.values_list("group").annotate(n=Count("pk"))


def member_count(group: Group) -> int:
    """How many members the group has today."""
    return next((n for _group, n in _member_count(group=group.pk, day=clock.today())), 0)


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
