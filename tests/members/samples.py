"""Sample objects for the test of the access table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from core import clock, scope
from groups.models import Quadrennium
from members import links
from members.models import Conditions, Handshake, Membership
from members.states import HandshakeOrigin, HandshakeState
from members.views.invitations import OPENED
from tests.pg.owner import as_owner

SECRET = "a-secret-of-the-samples-in-group-"


def _member_of(group, cast):
    return cast["ME"] if group.slug == "cat" else cast["OM"]


def membership(group, cast) -> Membership:
    """The membership of the group's plain member."""
    with scope.group_scope(group):
        return Membership.objects.on().get(person=_member_of(group, cast))


def _handshake(group, **fields: Any) -> Handshake:
    period = Quadrennium.current()
    assert period is not None
    with scope.group_scope(group), as_owner():
        return Handshake.objects.create(group=group, quadrennium=period, **fields)


def invitation(group, cast, email: str = "invited@example.org") -> Handshake:
    """An invitation that somebody who has left the portal's pages would find: prepared and signed, run out since."""
    leader = cast["LE"] if group.slug == "cat" else cast.other["LE"]
    return _handshake(
        group,
        origin=HandshakeOrigin.INVITATION,
        state=HandshakeState.INVITED,
        email=email,
        given_name="Oyelaran",
        family_name="Adebayo",
        started_by=leader,
        leader_signed_by=leader,
        leader_signed_at=clock.now() - timedelta(days=30),
        token_hash=links.hashed(SECRET + group.slug),
        # An invitation that ran out answers everybody alike, whatever address they are signed in with.
        expires_at=clock.now() - timedelta(days=9),
    )


def request(group, cast) -> Handshake:
    """The applicant's request, waiting for a leader."""
    person = cast["AP"]
    return _handshake(
        group,
        origin=HandshakeOrigin.REQUEST,
        state=HandshakeState.REQUESTED,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        person=person,
        person_signed_at=clock.now(),
        conditions=Conditions.in_force(),
        started_by=person,
    )


def offer(group, cast) -> Handshake:
    """An invitation to the applicant's own address, waiting for the answer."""
    handshake = invitation(group, cast, email=cast["AP"].email)
    with scope.group_scope(group):
        Handshake.objects.filter(pk=handshake.pk).update(expires_at=clock.now() + timedelta(days=9))
    return handshake


def _by_link(group, cast) -> dict[str, Any]:
    invitation(group, cast)
    return {"secret": SECRET + group.slug}


def _opened(group, cast) -> dict[str, Any]:
    """An invitation whose link everybody who is signed in has opened."""
    handshake = invitation(group, cast)
    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        store[OPENED] = {str(handshake.pk): handshake.token_hash}
        store.save()
    return {"pk": handshake.pk}


def _owner(group) -> str:
    return "ME" if group.slug == "cat" else "OM"


SAMPLES = {
    "members:member-detail": lambda group, cast: {"pk": membership(group, cast).pk},
    "members:member-end": lambda group, cast: {
        "pk": membership(group, cast).pk,
        "_data": {"reason": "Moved on."},
    },
    "members:invitation-detail": lambda group, cast: {"pk": invitation(group, cast).pk},
    "members:invitation-send": lambda group, cast: {"pk": invitation(group, cast).pk},
    "members:invitation-withdraw": lambda group, cast: {"pk": invitation(group, cast).pk},
    "members:invitation-readdress": lambda group, cast: {
        "pk": invitation(group, cast).pk,
        "_data": {"email": "elsewhere@example.org"},
    },
    "members:request-detail": lambda group, cast: {"pk": request(group, cast).pk},
    "members:request-accept": lambda group, cast: {
        "pk": request(group, cast).pk,
        "_data": {"word": "Welcome."},
    },
    "members:request-decline": lambda group, cast: {
        "pk": request(group, cast).pk,
        "_data": {"word": "Not yet."},
    },
    "members:invitation": _by_link,
    "members:invitation-with-more": lambda group, cast: {"secret": f"{_by_link(group, cast)['secret']}/>"},
    "members:invitation-opened": _opened,
    "members:invitation-accept": _opened,
    "members:invitation-decline": _opened,
    "members:invitation-declined": _opened,
    "members:invitation-new-link": _opened,
    "members:invitation-sign-out": _opened,
    "members:invitation-other-address": _opened,
    "members:invitation-prove": _opened,
    "members:my-invitation": lambda group, cast: {"pk": request(group, cast).pk, "_owner": "AP"},
    "members:my-invitation-accept": lambda group, cast: {"pk": offer(group, cast).pk, "_owner": "AP"},
    "members:my-invitation-decline": lambda group, cast: {"pk": offer(group, cast).pk, "_owner": "AP"},
    "members:my-request-withdraw": lambda group, cast: {"pk": request(group, cast).pk, "_owner": "AP"},
    "members:membership-leave": lambda group, cast: {
        "pk": membership(group, cast).pk,
        "_owner": _owner(group),
    },
    "members:join-group": lambda group, cast: {"slug": group.slug},
}
