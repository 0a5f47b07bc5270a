"""Reads of memberships and handshakes. The caller opens the group's scope, unless a function says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.models import User, listed_name, normalised
from core import clock
from core.compiled import compiled_query
from core.sorting import Sort
from groups.models import Appointment, Group, Quadrennium, all_quadrennia, office_in_words
from groups.querysets import GroupQuerySet
from members.access import ContactRights
from members.models import Handshake, Membership
from members.states import OPEN, HandshakeState


class MemberRow(NamedTuple):
    """One member as the list and its table for spreadsheets show it."""

    # Of the membership.
    pk: int
    family_name: str
    given_name: str
    # As in a register.
    name: str
    country: str
    region: str | None
    institution: str
    expertise: str
    since: int
    offices: list[str]
    # The address, where this reader may see it.
    contact: str

    @property
    def country_name(self) -> str:
        """The country in the reader's language."""
        return str(countries.name(self.country)) if self.country else ""

    @property
    def since_label(self) -> str:
        """Since when the person has been a member, beside the country on a phone."""
        return _("since %(year)s") % {"year": self.since}


@dataclass(frozen=True)
class Renewal:
    """How many members of the last quadrennium were invited, and how many joined, in this one."""

    # The names of the quadrennium, such as 2026–2029, and of the one before it.
    period: str
    before: str
    total: int
    accepted: int
    invited: int
    leaving: int

    @property
    def missing(self) -> int:
        """People who were members and have not been invited yet."""
        return self.total - self.accepted - self.invited - self.leaving


# The columns that the list reads of each member; "since" is the day on which the person first joined.
LISTED = (
    "pk",
    "person_id",
    "person__family_name",
    "person__given_name",
    "person__email",
    "person__share_contact",
    "person__country",
    "person__region_id",
    "person__institution",
    "person__expertise",
    "since",
)


# What the lists can be sorted by: the names in the address, and the fields. Equal rows are in the order of names.
MEMBER_SORTS = {
    "name": ("person__sort_key",),
    "country": ("country_place",),
    "since": ("since",),
    "expertise": ("person__expertise",),
}
HANDSHAKE_SORTS = {
    "name": ("family_name", "given_name"),
    "email": ("email",),
    "since": ("started_at",),
    "until": ("expires_at",),
}
FORMER_SORTS = {"name": ("person__sort_key",)}


def _sorted(found: QuerySet, sorts: Mapping[str, tuple[str, ...]], sort: Sort | None, *ties: str) -> QuerySet:
    """The rows in the order of `sort`; countries by their names in the reader's language."""
    fields = sorts[sort.name] if sort else ()
    if "country_place" in fields:
        names = sorted(countries, key=lambda country: normalised(country.name))
        places = [When(person__country=one.code, then=Value(n)) for n, one in enumerate(names)]
        found = found.annotate(country_place=Case(*places, default=Value(len(names))))
    return found.order_by(*(sort.order(*fields) if sort else ()), *ties)


def members_of(
    group: Group | int,
    *,
    words: str = "",
    region: str = "",
    day: date | None = None,
    sort: Sort | None = None,
) -> QuerySet:
    """Members on the day (today) as LISTED, by name or as sorted, narrowed by words and by the code of a region."""
    first = (
        Membership.objects.filter(group=OuterRef("group"), person=OuterRef("person"))
        .order_by()
        .values("person")
        .annotate(first=Min("starts_on"))
        .values("first")
    )
    rows = Membership.objects.on(day).filter(group=group).annotate(since=Subquery(first))
    found = _sorted(rows, MEMBER_SORTS, sort, "person__sort_key", "pk").values_list(*LISTED)
    for word in normalised(words).split():
        found = found.filter(person__search__contains=word)
    return found.filter(person__region=region) if region else found


@compiled_query
def _offices(group: int, people: list[int], day: date) -> QuerySet:
    rows = Appointment.objects.on(day).filter(group=group, person__any_of=people).order_by("starts_on", "pk")
    return rows.values_list("person_id", "office", "topic")


def offices_of(group: Group, people: Collection[int]) -> dict[int, list[str]]:
    """Offices held today in the group, by person; one query."""
    held: dict[int, list[str]] = {}
    for person, office, topic in _offices(group=group.pk, people=list(people), day=clock.today()):
        held.setdefault(person, []).append(office_in_words(office, topic))
    return held


def member_rows(group: Group, listed: Iterable[tuple], *, contacts: ContactRights) -> list[MemberRow]:
    """The rows of the list, made from the result of `members_of`."""
    listed = list(listed)
    offices = offices_of(group, [person for _pk, person, *_rest in listed])
    return [
        MemberRow(
            pk=pk,
            family_name=family,
            given_name=given,
            name=listed_name(given, family),
            country=country or "",
            region=region,
            institution=institution,
            expertise=expertise,
            since=since.year,
            offices=offices.get(person, []),
            contact=contacts.shown(person, email, shares=shares),
        )
        for pk, person, family, given, email, shares, country, region, institution, expertise, since in listed
    ]


def handshakes_in(
    group: Group, period: Quadrennium | None, state: str, words: str = "", sort: Sort | None = None
) -> QuerySet:
    """Handshakes of this quadrennium in one state, newest first or as sorted, narrowed by words in name or address."""
    found = _handshakes(group, period, words).filter(state=state).select_related("person")
    return _sorted(found, HANDSHAKE_SORTS, sort, "-started_at", "-pk")


def handshake_counts(group: Group, period: Quadrennium | None, words: str) -> dict[str, int]:
    """The number of handshakes of this quadrennium in each state, narrowed as `handshakes_in` is; one query."""
    return dict(_handshakes(group, period, words).order_by().values_list("state").annotate(n=Count("pk")))


def _handshakes(group: Group, period: Quadrennium | None, words: str) -> QuerySet:
    found = Handshake.objects.filter(group=group, quadrennium=period)
    for word in words.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
        )
    return found


def _former(group: Group | int, last: int, ended_on: date, period: int) -> QuerySet:
    """Memberships that lasted to the end of the last quadrennium, with each person's handshake in this one.

    The query reads the group's handshakes once for each condition, not once for each person.
    """
    now = Membership.objects.filter(group=group, quadrennium=period).order_by().values("person")
    handshakes = Handshake.objects.filter(group=group, quadrennium=period).order_by()
    by_address = User.objects.filter(email=OuterRef("email")).values("pk")

    def people_with(**states: Any) -> QuerySet:
        # A handshake has a person, or an address that may be a person's. 0 replaces NULL, because SQL never
        # finds that a value is absent from a list with a NULL.
        named = Coalesce("person", Subquery(by_address), Value(0), output_field=BigIntegerField())
        return handshakes.filter(**states).annotate(who=named).values("who")

    return Membership.objects.filter(
        group=group, quadrennium=last, ends_on=ended_on, ending__isnull=True
    ).annotate(
        standing=Case(
            When(person__in=now, then=Value("accepted")),
            When(person__in=people_with(state__in=OPEN), then=Value("invited")),
            When(person__in=people_with(state=HandshakeState.DECLINED), then=Value("leaving")),
            default=Value("missing"),
        )
    )


def _last_period(period: Quadrennium) -> Quadrennium | None:
    ended = [one for one in all_quadrennia() if one.ends_on < period.starts_on]
    return max(ended, key=lambda one: one.ends_on, default=None)


@compiled_query
def _standings(group: int, last: int, ended_on: date, period: int) -> QuerySet:
    former = _former(group, last, ended_on, period).order_by()
    return former.values_list("standing").annotate(n=Count("pk"))


def renewal(group: Group, period: Quadrennium) -> Renewal | None:
    """The figures of renewal; None when the group had no members in the last quadrennium. One query."""
    last = _last_period(period)
    if last is None:
        return None
    counts: dict[str, int] = dict(
        _standings(group=group.pk, last=last.pk, ended_on=last.ends_on, period=period.pk)
    )
    if not counts:
        return None
    return Renewal(
        period.label,
        last.label,
        total=sum(counts.values()),
        accepted=counts.get("accepted", 0),
        invited=counts.get("invited", 0),
        leaving=counts.get("leaving", 0),
    )


def not_invited(group: Group, period: Quadrennium, words: str = "", sort: Sort | None = None) -> QuerySet:
    """Memberships of the last quadrennium whose person was not invited into this one yet."""
    last = _last_period(period)
    if last is None:
        return Membership.objects.none()
    found = (
        _former(group, last.pk, last.ends_on, period.pk).filter(standing="missing").select_related("person")
    )
    for word in normalised(words).split():
        # Of former members the group knows the names, and not where they work today.
        found = found.filter(person__sort_key__contains=word)
    return _sorted(found, FORMER_SORTS, sort, "person__sort_key", "pk")


def member_choices(group: Group, day: date) -> dict[int, str]:
    """The group's members on the day by name, in the order of a register: the people to choose from for a role."""
    rows = Membership.objects.on(day).filter(group=group).select_related("person")
    return {row.person_id: row.person.listed_name for row in rows.order_by("person__sort_key")}


def handshake_history(handshake: Handshake) -> list[dict[str, object]]:
    """The events of a handshake, newest first, in the form that the timeline component draws."""
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


def joinable(category: str) -> GroupQuerySet:
    """Open groups of a category that take members."""
    return (
        Group.objects.open(clock.today())
        .filter(category_id=category, category__takes_members=True)
        .order_by("sort_key")
    )
