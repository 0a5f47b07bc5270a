"""What is owed around membership: answers to requests and invitations, invitations to send.

One query for all of it. The caller has opened a scope that sees the groups in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.prepared import prepared
from duties.registry import Ask, Duty, provider
from groups.access import roles_of
from groups.models import Appointment
from groups.roles import OFFICES
from members.glance import COLUMNS, Waiting, glance_at, own_waiting
from members.models import Handshake
from members.states import AWAITS_LEADER, HandshakeState

DECISION_DAYS = 14
MINUTES = 5


FIELDS = (*COLUMNS, "group_id", "group__slug", "group__name")


def decision_due(handshake: Handshake | Waiting) -> date:
    """By when a leader answers a request or sends what was prepared: two weeks after it came."""
    came = handshake.person_signed_at or handshake.started_at
    return came.date() + timedelta(days=DECISION_DAYS)


def answer_due(handshake: Handshake | Waiting) -> date | None:
    """The last whole day on which an invitation may be answered."""
    return (handshake.expires_at - timedelta(days=1)).date() if handshake.expires_at else None


@prepared
def own_handshakes(person: int, decides: list[int], now: datetime) -> QuerySet:
    """What waits for one person: to decide in these groups, to answer at a proved address, or their own request."""
    return (
        Handshake.objects.filter(Q(state__in=AWAITS_LEADER, group__any_of=decides) | own_waiting(person, now))
        .order_by("started_at", "pk")
        .values_list(*FIELDS)
    )


def _waiting(ask: Ask) -> list[Waiting]:
    """Handshakes that wait for somebody, read once for each question. The caller has opened a scope."""
    if ask.person is not None and ask.group is not None:
        decides = ask.group.pk in _decides(ask)
        return glance_at(ask.kept, ask.group, ask.person.pk, decides=decides, day=ask.day).waiting
    if "handshakes" not in ask.kept:
        if ask.person is not None:
            rows = own_handshakes(person=ask.person.pk, decides=_decides(ask), now=clock.now())
        else:
            invited = Q(state=HandshakeState.INVITED, expires_at__gt=clock.now())
            rows = list(
                Handshake.objects.filter(Q(state__in=AWAITS_LEADER) | invited)
                .order_by("started_at", "pk")
                .values_list(*FIELDS)
            )
        ask.kept["handshakes"] = [
            row for row in map(Waiting._make, rows) if ask.group_ids is None or row.group_id in ask.group_ids
        ]
    return ask.kept["handshakes"]


def _decides(ask: Ask) -> list[int]:
    """Groups for which the person asked about signs."""
    return roles_of(ask.person, ask.day).groups_where("members.invite_person") if ask.person else []


def _late_or(day: date | None, today: date) -> tuple[str, str]:
    if day is None:
        return "todo", _("To do")
    if day < today:
        return "late", _("Overdue since %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    return "todo", _("Due %(day)s") % {"day": date_format(day, "DATE_FORMAT")}


def _deciders(group_ids: set[int], day: date) -> dict[int, list[int]]:
    """Leaders, and deputies while delegated, by group: those who sign for the group."""
    found: dict[int, dict[str, set[int]]] = {}
    rows = (
        Appointment.objects.on(day)
        .filter(group_id__in=group_ids)
        .with_role("LE", "DE", "DD")
        .values_list("group_id", "person_id", "office")
    )
    for group_id, person_id, office in rows:
        found.setdefault(group_id, {}).setdefault(OFFICES[office].role.code, set()).add(person_id)
    return {
        group_id: sorted(by_role.get("LE", set()) | (by_role.get("DD", set()) & by_role.get("DE", set())))
        for group_id, by_role in found.items()
    }


@provider("members.decide")
def decisions(ask: Ask) -> Iterator[Duty]:
    """Requests to answer and prepared invitations to send, for those who sign for the group."""
    waiting = [one for one in _waiting(ask) if one.state in AWAITS_LEADER]
    if not waiting:
        return
    if ask.person is not None:
        deciders = {group_id: [ask.person.pk] for group_id in _decides(ask)}
    else:
        deciders = _deciders({one.group_id for one in waiting}, ask.day)
    for one in waiting:
        people = tuple(pk for pk in deciders.get(one.group_id, ()) if pk != one.person_id)
        if people or ask.person is None:
            yield _decision(one, ask.day, people)


def _decision(handshake: Waiting, today: date, people: tuple[int, ...]) -> Duty:
    due = decision_due(handshake)
    state, text = _late_or(due, today)
    asks = handshake.state == HandshakeState.REQUESTED
    title = _("Answer %(name)s, who asks to join") if asks else _("Send the invitation to %(name)s")
    view = "members:request-detail" if asks else "members:invitation-detail"
    return Duty(
        key=f"members.decide:{handshake.pk}:{handshake.state}",
        kind="members.decide",
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


@provider("members.answer")
def answers(ask: Ask) -> Iterator[Duty]:
    """Invitations to a person's proved addresses, until they run out."""
    waiting = [one for one in _waiting(ask) if one.state == HandshakeState.INVITED]
    if ask.person is not None:
        owners = dict.fromkeys((one.email for one in waiting), ask.person.pk)
    else:
        owners = _owners({one.email for one in waiting}) if waiting else {}
    for one in waiting:
        due = answer_due(one)
        state, text = _late_or(due, ask.day)
        if one.email in owners:
            yield Duty(
                key=f"members.answer:{one.pk}:{due}",
                kind="members.answer",
                title=_("Answer the invitation to %(group)s") % {"group": one.group_name},
                url=reverse("members:my-invitation", args=[one.pk]),
                due_on=due,
                people=(owners[one.email],),
                group_id=one.group_id,
                group_name=one.group_name,
                minutes=MINUTES,
                state=state,
                state_text=text,
            )


def _owners(addresses: set[str]) -> dict[str, int]:
    """Accounts by proved address."""
    rows = EmailAddress.objects.filter(email__in=addresses, verified=True, user__is_active=True)
    return dict(rows.values_list("email", "user_id"))


@provider("members.waiting")
def waiting_for_leader(ask: Ask) -> Iterator[Duty]:
    """A person's own requests: nothing to do, but good to know since when they wait."""
    for one in _waiting(ask):
        if one.state != HandshakeState.REQUESTED or one.person_id is None:
            continue
        if ask.person is not None and one.person_id != ask.person.pk:
            continue
        since = (one.person_signed_at or one.started_at).date()
        yield Duty(
            key=f"members.waiting:{one.pk}",
            kind="members.waiting",
            title=_("Your request to join %(group)s") % {"group": one.group_name},
            url=reverse("members:my-invitation", args=[one.pk]),
            due_on=None,
            people=(one.person_id,),
            group_id=one.group_id,
            group_name=one.group_name,
            state="wait",
            state_text=_("Waiting for the leader since %(day)s") % {"day": date_format(since, "DATE_FORMAT")},
            steps=(),
            waiting=True,
            since=since,
        )
