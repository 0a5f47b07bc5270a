"""What is owed around membership: answers to requests and invitations, invitations to send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, scope
from duties.registry import Ask, Duty, provider
from groups.access import roles_of
from groups.models import Appointment
from groups.roles import OFFICES
from members.access import proved_addresses
from members.models import Handshake
from members.states import AWAITS_LEADER, HandshakeState

DECISION_DAYS = 14
MINUTES = 5


def decision_due(handshake: Handshake) -> date:
    """By when a leader answers a request or sends what was prepared: two weeks after it came."""
    came = handshake.person_signed_at or handshake.started_at
    return came.date() + timedelta(days=DECISION_DAYS)


def answer_due(handshake: Handshake) -> date | None:
    """The last whole day on which an invitation may be answered."""
    return (handshake.expires_at - timedelta(days=1)).date() if handshake.expires_at else None


def _late_or(day: date | None, today: date) -> tuple[str, str]:
    if day is None:
        return "todo", _("To do")
    if day < today:
        return "late", _("Overdue since %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    return "todo", _("Due %(day)s") % {"day": date_format(day, "DATE_FORMAT")}


def _in_groups(ask: Ask, rows: QuerySet) -> QuerySet:
    return rows if ask.group_ids is None else rows.filter(group_id__in=ask.group_ids)


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
def decisions(ask: Ask) -> Iterable[Duty]:
    """Requests to answer and prepared invitations to send, for those who sign for the group."""
    mine: list[int] | None = None
    if ask.person is not None:
        mine = roles_of(ask.person, ask.day).groups_where("members.invite_person")
        if not mine:
            return []
    with scope.read_everywhere("own-duties"):
        rows = _in_groups(ask, Handshake.objects.filter(state__in=AWAITS_LEADER).select_related("group"))
        if mine is not None and ask.person is not None:
            rows = rows.filter(group_id__in=mine).exclude(person=ask.person)
        waiting = list(rows.order_by("started_at", "pk"))
        deciders = _deciders({one.group_id for one in waiting}, ask.day) if mine is None and waiting else {}
    return [
        _decision(one, ask.day, (ask.person.pk,) if ask.person else tuple(deciders.get(one.group_id, ())))
        for one in waiting
    ]


def _decision(handshake: Handshake, today: date, people: tuple[int, ...]) -> Duty:
    due = decision_due(handshake)
    state, text = _late_or(due, today)
    asks = handshake.state == HandshakeState.REQUESTED
    title = _("Answer %(name)s, who asks to join") if asks else _("Send the invitation to %(name)s")
    view = "members:request-detail" if asks else "members:invitation-detail"
    return Duty(
        key=f"members.decide:{handshake.pk}:{handshake.state}",
        kind="members.decide",
        title=title % {"name": f"{handshake.given_name} {handshake.family_name}".strip() or _("somebody")},
        url=reverse(view, args=[handshake.group.slug, handshake.pk]),
        due_on=due,
        people=tuple(one for one in people if one != handshake.person_id),
        group_id=handshake.group_id,
        group_name=handshake.group.name,
        minutes=MINUTES,
        state=state,
        state_text=text,
    )


@provider("members.answer")
def answers(ask: Ask) -> Iterator[Duty]:
    """Invitations to a person's proved addresses, until they run out."""
    with scope.read_everywhere("own-duties"):
        rows = _in_groups(
            ask,
            Handshake.objects.filter(state=HandshakeState.INVITED, expires_at__gt=clock.now()),
        ).select_related("group", "leader_signed_by")
        owners: dict[str, int] = {}
        if ask.person is not None:
            addresses = proved_addresses(ask.person)
            owners = dict.fromkeys(addresses, ask.person.pk)
            rows = rows.filter(email__in=addresses)
        waiting = list(rows)
    if ask.person is None and waiting:
        owners = _owners({one.email for one in waiting})
    for one in waiting:
        due = answer_due(one)
        state, text = _late_or(due, ask.day)
        if one.email in owners:
            yield Duty(
                key=f"members.answer:{one.pk}:{due}",
                kind="members.answer",
                title=_("Answer the invitation to %(group)s") % {"group": one.group.name},
                url=reverse("members:my-invitation", args=[one.pk]),
                due_on=due,
                people=(owners[one.email],),
                group_id=one.group_id,
                group_name=one.group.name,
                minutes=MINUTES,
                state=state,
                state_text=text,
            )


def _owners(addresses: set[str]) -> dict[str, int]:
    """Accounts by proved address."""
    from allauth.account.models import EmailAddress

    rows = EmailAddress.objects.filter(email__in=addresses, verified=True, user__is_active=True)
    return dict(rows.values_list("email", "user_id"))


@provider("members.waiting")
def waiting_for_leader(ask: Ask) -> Iterator[Duty]:
    """A person's own requests: nothing to do, but good to know since when they wait."""
    with scope.read_everywhere("own-duties"):
        rows = _in_groups(
            ask, Handshake.objects.filter(state=HandshakeState.REQUESTED, person__isnull=False)
        ).select_related("group")
        if ask.person is not None:
            rows = rows.filter(person=ask.person)
        waiting = list(rows)
    for one in waiting:
        since = (one.person_signed_at or one.started_at).date()
        yield Duty(
            key=f"members.waiting:{one.pk}",
            kind="members.waiting",
            title=_("Your request to join %(group)s") % {"group": one.group.name},
            url=reverse("members:my-invitation", args=[one.pk]),
            due_on=None,
            people=(one.person_id,),
            group_id=one.group_id,
            group_name=one.group.name,
            state="wait",
            state_text=_("Waiting for the leader since %(day)s") % {"day": date_format(since, "DATE_FORMAT")},
            steps=(),
            waiting=True,
            since=since,
        )
