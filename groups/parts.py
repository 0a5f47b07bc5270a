"""What groups itself puts on its overview and public page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core import clock
from duties.registry import Ask, duties
from duties.wording import days_late, days_left
from groups import panels, queries
from groups.access import request_roles, roles_at_hand
from groups.models import FocalTopic, Group

# The overview shows the next few; the rest is one link away.
SHOWN = 5


def kept_for(request: HttpRequest) -> dict[str, Any]:
    """What has been read for the page that is drawn, so that its parts ask once."""
    kept: dict[str, Any] = request.__dict__.setdefault("kept_for_page", {})
    return kept


def leadership_on_page(request: HttpRequest, group: Group, day: date | None = None) -> queries.Leadership:
    """The offices of the page's group, read once per request; the first to ask names the day."""
    return queries.leadership_kept(kept_for(request), group, day)


def how_soon(due_on: date | None, today: date) -> str:
    """How late or how soon something is due; nothing for what has no day."""
    if due_on is None:
        return ""
    return days_late((today - due_on).days) if due_on < today else days_left((due_on - today).days)


def next_duties(request: HttpRequest, group: Group) -> dict[str, Any]:
    """What this person owes in this group, the next first."""
    today = clock.today()
    with roles_at_hand(request):
        ask = Ask(day=today, person=request.user, group_ids=(group.pk,), group=group, kept=kept_for(request))
        owed = duties(ask)
    tasks = [
        {
            "day": duty.due_on,
            "late": duty.due_on is not None and duty.due_on < today,
            "title": duty.title,
            "url": duty.url,
            "kind": "late" if duty.due_on is not None and duty.due_on < today else duty.state,
            "status": how_soon(duty.due_on, today) or duty.state_text,
            "meta": duty.detail,
        }
        for duty in owed
        if not duty.waiting
    ]
    return {"template": "groups/panels/duties.html", "context": {"tasks": tasks[:SHOWN]}}


def _lines(holders: list[queries.Holder]) -> list[dict[str, str]]:
    """Of those in office, what the parts say."""
    return [
        {"name": one.person.name, "office_name": one.office_name, "contact": one.contact} for one in holders
    ]


def who_does_what(request: HttpRequest, group: Group) -> dict[str, Any]:
    """Offices and who holds them; a focal point that nobody was named for stands as vacant (guidelines 2.2)."""
    offices = leadership_on_page(request, group)
    named = {holder.topic for holder in offices.now if holder.office == "focal_point"}
    vacant = [label for value, label in FocalTopic.choices if value not in named]
    may_appoint = request_roles(request).may("groups.appoint_office", group)
    context = {
        "holders": _lines([holder for holder in offices.now if holder.office != "network_support"]),
        "vacant": vacant if may_appoint else [],
        "may_appoint": may_appoint,
    }
    return {"template": "groups/panels/offices.html", "context": context}


def last_acts(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """Recent activity, for those who may read the trail."""
    if not request_roles(request).may("groups.view_audit", group):
        return None
    return {
        "template": "groups/panels/activity.html",
        "context": {
            "events": queries.recent_activity(group),
            "url": reverse("groups:history", args=[group.slug]),
        },
    }


def public_contact(request: HttpRequest, group: Group) -> dict[str, Any]:
    """Leaders and coordinators in office with the contact they agreed to (guidelines 3.5)."""
    people = leadership_on_page(request, group).with_role("LE", "RL")
    return {"template": "groups/panels/contact.html", "context": {"people": _lines(people)}}


panels.register_workspace_part(next_duties, 10)
panels.register_workspace_part(who_does_what, 50, half=True)
panels.register_workspace_part(last_acts, 60, half=True)
panels.register_public_part(public_contact, 10, side=True)
