"""Duties around membership: answer requests and invitations, send prepared invitations.

The caller has opened a scope that sees the groups in question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.compiled import compiled_query
from duties.registry import Duty, DutyQuery, provider
from groups.access import PersonRoles, roles_of
from groups.queries import Holders, holders
from groups.roles import Permission, RoleCode
from members.models import Handshake
from members.states import AWAITS_LEADER, HandshakeState

DECISION_DAYS = 14
MINUTES = 5


class WaitingHandshake(NamedTuple):
    """A handshake that a person has to answer, with the fields that its duties show."""

    pk: int
    state: str
    email: str
    given_name: str
    family_name: str
    person_id: int | None
    person_signed_at: datetime | None
    started_at: datetime
    expires_at: datetime | None
    refused_at: datetime | None
    group_id: int
    group_slug: str
    group_name: str


FIELDS = (*WaitingHandshake._fields[:-2], "group__slug", "group__name")


def decision_due(handshake: Handshake | WaitingHandshake) -> date:
    """The deadline for answering a request or sending a prepared invitation: two weeks after it was made."""
    made_at = handshake.person_signed_at or handshake.started_at
    return made_at.date() + timedelta(days=DECISION_DAYS)


def answer_due(handshake: Handshake | WaitingHandshake) -> date | None:
    """The last day on which an invitation may be answered. It counts to its end in UTC."""
    return handshake.expires_at.date() if handshake.expires_at else None


@compiled_query
def own_handshakes(person: int, decides: list[int], now: datetime) -> QuerySet:
    """Handshakes that the person decides in these groups, invitations the person can answer, and their requests."""
    proved = EmailAddress.objects.filter(user=person, verified=True).order_by().values_list(Lower("email"))
    decision = Q(state__in=AWAITS_LEADER, group__any_of=decides)
    answer = Q(state=HandshakeState.INVITED, expires_at__gt=now, email__in=proved)
    refused = Q(
        state=HandshakeState.INVITED, refused_at__isnull=False, expires_at__gt=now, group__any_of=decides
    )
    own = Q(state=HandshakeState.REQUESTED, person=person)
    return (
        Handshake.objects.filter(decision | answer | refused | own)
        .order_by("started_at", "pk")
        .values_list(*FIELDS)
    )


@provider("members")
def membership_duties(query: DutyQuery) -> Iterator[Duty]:
    """Duties around membership for one person, some groups, or everybody."""
    if query.person is None:
        yield from _everybodys(query)
    else:
        held = query.held or roles_of(query.person, query.day)
        yield from duties_of_person(query.person, held, query.day, query.group_ids)


def duties_of_person(
    person: User, held: PersonRoles, day: date, group_ids: Collection[int] | None = None
) -> Iterator[Duty]:
    """One person's duties around membership, in all groups or in these; one query."""
    decides = held.groups_where(Permission.INVITE_PERSON)
    for row in own_handshakes(person=person.pk, decides=decides, now=clock.now()):
        one = WaitingHandshake(*row)
        if group_ids is not None and one.group_id not in group_ids:
            continue
        if one.state == HandshakeState.INVITED:
            if one.refused_at and one.group_id in decides:
                yield _refused(one, (person.pk,))
            else:
                yield _answer(one, day, person.pk)
        elif one.state == HandshakeState.REQUESTED and one.person_id == person.pk:
            yield _own_request(one, person.pk)
        elif one.group_id in decides and one.person_id != person.pk:
            yield _decision(one, day, (person.pk,))


def _everybodys(query: DutyQuery) -> Iterator[Duty]:
    """The duties around membership of all people; three queries."""
    invited = Q(state=HandshakeState.INVITED, expires_at__gt=clock.now())
    rows = Handshake.objects.filter(Q(state__in=AWAITS_LEADER) | invited).order_by("started_at", "pk")
    if query.group_ids is not None:
        rows = rows.filter(group__in=query.group_ids)
    waiting = [WaitingHandshake(*row) for row in rows.values_list(*FIELDS)]
    deciding = holders(
        query.day, {one.group_id for one in waiting if one.state in AWAITS_LEADER or one.refused_at}
    )
    owners = _owners({one.email for one in waiting if one.state == HandshakeState.INVITED})
    for one in waiting:
        if one.state in AWAITS_LEADER:
            deciders = _deciders(deciding.get(one.group_id, {}))
            yield _decision(one, query.day, tuple(pk for pk in deciders if pk != one.person_id))
        elif one.refused_at:
            yield _refused(one, tuple(_deciders(deciding.get(one.group_id, {}))))
        elif one.email in owners:
            yield _answer(one, query.day, owners[one.email])
        if one.state == HandshakeState.REQUESTED and one.person_id is not None:
            yield _own_request(one, one.person_id)


def _late_or(day: date | None, today: date) -> tuple[str, str]:
    if day is None:
        return "todo", _("To do")
    if day < today:
        return "late", _("Overdue since %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    return "todo", _("Due %(day)s") % {"day": date_format(day, "DATE_FORMAT")}


def _deciders(people: Holders) -> list[int]:
    """The people who sign for the group: leaders, and deputies while leadership is delegated to them."""
    delegated = set(people.get(RoleCode.DELEGATED, ())) & set(people.get(RoleCode.DEPUTY, ()))
    return sorted({*people.get(RoleCode.LEADER, ()), *delegated})


def _owners(addresses: set[str]) -> dict[str, int]:
    """Ids of the accounts that have confirmed these addresses, by address."""
    rows = EmailAddress.objects.filter(email__in=addresses, verified=True, user__is_active=True)
    return dict(rows.values_list("email", "user_id"))


def _decision(handshake: WaitingHandshake, today: date, people: tuple[int, ...]) -> Duty:
    due = decision_due(handshake)
    state, text = _late_or(due, today)
    asks = handshake.state == HandshakeState.REQUESTED
    title = _("Answer %(name)s, who asks to join") if asks else _("Send the invitation to %(name)s")
    view = "members:request-detail" if asks else "members:invitation-detail"
    return Duty(
        key=f"members.decide:{handshake.pk}:{handshake.state}",
        title=title % {"name": f"{handshake.given_name} {handshake.family_name}".strip() or _("somebody")},
        url=reverse(view, args=[handshake.group_slug, handshake.pk]),
        due_on=due,
        people=people,
        group_id=handshake.group_id,
        group_name=handshake.group_name,
        minutes=MINUTES,
        state=state,
        state_text=text,
    )


def _answer(handshake: WaitingHandshake, today: date, person_id: int) -> Duty:
    due = answer_due(handshake)
    state, text = _late_or(due, today)
    return Duty(
        key=f"members.answer:{handshake.pk}:{due}",
        title=_("Answer the invitation to %(group)s") % {"group": handshake.group_name},
        url=reverse("members:my-invitation", args=[handshake.pk]),
        due_on=due,
        people=(person_id,),
        group_id=handshake.group_id,
        group_name=handshake.group_name,
        minutes=MINUTES,
        state=state,
        state_text=text,
    )


def _refused(handshake: WaitingHandshake, people: tuple[int, ...]) -> Duty:
    """The duty to correct the address of an invitation that a mail server refused."""
    assert handshake.refused_at is not None
    since = handshake.refused_at.date()
    return Duty(
        key=f"members.refused:{handshake.pk}:{since.isoformat()}",
        title=_("Correct the address of %(name)s: the invitation did not arrive")
        % {"name": f"{handshake.given_name} {handshake.family_name}".strip() or handshake.email},
        url=reverse("members:invitation-detail", args=[handshake.group_slug, handshake.pk]),
        due_on=answer_due(handshake),
        people=people,
        group_id=handshake.group_id,
        group_name=handshake.group_name,
        minutes=MINUTES,
        state="late",
        state_text=_("Email refused on %(day)s") % {"day": date_format(since, "DATE_FORMAT")},
    )


def _own_request(handshake: WaitingHandshake, person_id: int) -> Duty:
    """The line about a person's own request: there is nothing to do, but the person sees since when it is open."""
    since = (handshake.person_signed_at or handshake.started_at).date()
    return Duty(
        key=f"members.waiting:{handshake.pk}",
        title=_("Your request to join %(group)s") % {"group": handshake.group_name},
        url=reverse("members:my-invitation", args=[handshake.pk]),
        due_on=None,
        people=(person_id,),
        group_id=handshake.group_id,
        group_name=handshake.group_name,
        state="wait",
        state_text=_("Waiting for the leader since %(day)s") % {"day": date_format(since, "DATE_FORMAT")},
        steps=(),
        waiting=True,
        since=since,
    )
