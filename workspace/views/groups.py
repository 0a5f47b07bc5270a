"""A group's public page and its overview, and a person's own groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock, scope
from core.sorting import headings, in_order, read_sort
from core.web_addresses import link_to
from duties import wording
from duties.registry import Duty
from groups import queries
from groups.access import (
    AuthedRequest,
    GroupRequest,
    PersonRoles,
    group_page,
    public_page,
    request_roles,
    signed_in_page,
)
from groups.forms import asked_day
from groups.models import FocalTopic, Group, GroupLogo
from groups.queries import Leadership
from groups.roles import GROUP_ROLES, Permission, RoleCode
from groups.sections import section_of
from members.summary import member_counts
from members.summary import summaries as member_summaries
from reporting.publication import panels as publication_panels
from reporting.reports import panels as report_panels
from reporting.summary import summaries
from reporting.targets import panels as target_panels
from workspace.duties import duties_in_group
from workspace.views.directory import directory_url

# The drawing has one stroke for each member and gets heavy. With more members, the page shows only the number.
MOST_STROKES = 700
# What My groups can be sorted by.
OWN_SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "group": lambda one: one["group"].sort_key,
    "roles": lambda one: one["roles"] or None,
    "members": lambda one: one["members"],
}
# The overview shows the next few duties; My tasks shows all.
DUTIES_SHOWN = 5


@public_page
@require_safe
def group_detail(request: HttpRequest, group: str) -> HttpResponse:
    """The group's public page. `?on=2024-05-01` shows who led the group on that day."""
    found = get_object_or_404(Group.objects.select_related("category"), slug=group)
    day, today, held = asked_day(request), clock.today(), request_roles(request)
    with scope.group_scope(found):
        offices = queries.leadership(found, day)
        members = member_counts([found.pk], day).get(found.pk, 0)
        context: dict[str, Any] = {
            "cycle": target_panels.public_cycle(found, today),
            "reports": publication_panels.public_reports(found),
            "has_logo": GroupLogo.objects.exists(),
        }
    leaders = offices.with_role(RoleCode.LEADER)
    section = section_of(found.category_id, found.subcategory)
    takes_members = found.category.takes_members and not found.is_closed
    context |= {
        "group": found,
        "section": section,
        "section_url": directory_url(section=section.slug),
        "facts": _facts(
            (_("Led by"), _led_by(offices)),
            (_("Red List Authority coordinator"), _names(offices, RoleCode.RED_LIST)),
            (_("Looks after"), found.remit),
            (_("Host institution"), found.host_institution),
            (_("Website"), found.website, link_to(found.website)),
        ),
        "members": members,
        "draw": 0 < members <= MOST_STROKES,
        "day": day,
        "is_past": day != today,
        "contacts": offices.with_role(RoleCode.LEADER, RoleCode.RED_LIST),
        "support": offices.with_role(RoleCode.NETWORK_SUPPORT) if not leaders else [],
        "inside": held.may(Permission.VIEW_WORKSPACE, found),
        "takes_members": takes_members,
        "may_ask_to_join": takes_members and not held.groups.get(found.pk),
    }
    return render(request, "workspace/group_detail.html", context)


@group_page(Permission.VIEW_WORKSPACE)
@require_safe
def overview(request: GroupRequest, group: Group) -> HttpResponse:
    """The group's overview: the next duties, its targets, members and report, and who does what."""
    day, held = clock.today(), request_roles(request)
    offices = queries.leadership(group, day)
    people = member_summaries([group.pk], day)[group.pk]
    summary = summaries([group], day)[group.pk]
    parts: list[tuple[str, Any]] = []
    if held.may(Permission.VIEW_HANDSHAKES, group):
        parts.append(("members/panels/membership.html", people))
    reports = group.category.reports_annually and held.may(Permission.VIEW_REPORT, group)
    report = report_panels.report(summary) if reports else None
    if report is not None:
        parts.append(("reporting/panels/report_workspace.html", report))
    parts.append(("groups/panels/offices.html", _who_does_what(offices, held, group)))
    if held.may(Permission.VIEW_AUDIT, group):
        parts.append(("groups/panels/activity.html", queries.recent_activity(group)))
    context = {
        "group": group,
        "facts": [
            _leaders_to_write_to(offices),
            *_facts(
                (_("Red List Authority coordinator"), _names(offices, RoleCode.RED_LIST)),
                (_("Members"), str(people.members)),
                (_("Host institution"), group.host_institution),
            ),
            *(_support_to_write_to(offices) if held.may(Permission.VIEW_SUPPORT_CONTACT, group) else []),
        ],
        "tasks": [
            _task(duty, day) for duty in duties_in_group(request.user, held, summary, day)[:DUTIES_SHOWN]
        ],
        "cycle": target_panels.cycle(group, day) if held.may(Permission.VIEW_TARGETS, group) else None,
        # Each row has two parts, side by side.
        "rows": [parts[place : place + 2] for place in range(0, len(parts), 2)],
    }
    return render(request, "workspace/overview.html", context)


def _facts(*facts: tuple[str, ...]) -> list[dict[str, str]]:
    """Facts for the component, from (term, value) or (term, value, address). Facts without a value are left out."""
    return [dict(zip(("term", "value", "url"), fact, strict=False)) for fact in facts if fact[1]]


def _leaders_to_write_to(offices: Leadership) -> dict[str, Any]:
    """The fact that every person in the group reads: who leads it, with the address of the office (guidelines 3.5)."""
    leaders = offices.with_role(RoleCode.LEADER)
    people = [{"name": f"{one.person.name}, {one.office_name}", "address": one.contact} for one in leaders]
    return {"term": _("Led by"), "people": people, "value": _("Nobody at present")}


def _support_to_write_to(offices: Leadership) -> list[dict[str, Any]]:
    """The fact for leaders, deputies and coordinators: whom to write to at the Chair's Office (guidelines 3.5)."""
    people = [
        {"name": one.person.name, "address": one.work_address}
        for one in offices.with_role(RoleCode.NETWORK_SUPPORT)
    ]
    return [{"term": _("Your contact at the Chair’s Office"), "people": people}] if people else []


def _led_by(offices: Leadership) -> str:
    leaders = [f"{one.person.name}, {one.office_name}" for one in offices.with_role(RoleCode.LEADER)]
    return "\n".join(leaders) or _("Nobody at present")


def _names(offices: Leadership, code: RoleCode) -> str:
    return "\n".join(one.person.name for one in offices.with_role(code))


def _who_does_what(offices: Leadership, held: PersonRoles, group: Group) -> dict[str, Any]:
    """The people in office, and the focal points for whom no person was named (guidelines 2.2)."""
    may_appoint = held.may(Permission.APPOINT_OFFICE, group)
    named = {holder.topic for holder in offices.now if holder.office == "focal_point"}
    vacant = [label for value, label in FocalTopic.choices if value not in named]
    return {
        "holders": [holder for holder in offices.now if holder.office != "network_support"],
        "vacant": vacant if may_appoint else [],
        "may_appoint": may_appoint,
    }


def _task(duty: Duty, today: date) -> dict[str, Any]:
    """A duty in the form that the component task_list draws on the group's page."""
    late = duty.due_on is not None and duty.due_on < today
    return {
        "day": duty.due_on,
        "late": late,
        "title": duty.title,
        "url": duty.url,
        "kind": "late" if late else duty.state,
        "status": wording.how_soon(duty.due_on, today) or duty.state_text,
        "meta": duty.detail,
    }


@signed_in_page
@require_safe
def my_groups(request: AuthedRequest) -> HttpResponse:
    """The groups a person belongs to, with the person's roles and the number of members; two queries."""
    held = request_roles(request).groups
    sizes = member_counts(list(held), clock.today())
    own: list[dict[str, Any]] = [
        {
            "group": group,
            "roles": ", ".join(
                str(role.name) for code, role in GROUP_ROLES.items() if code in held[group.pk]
            ),
            "members": sizes.get(group.pk, 0),
        }
        for group in Group.objects.filter(pk__in=held)
    ]
    sort = read_sort(request.GET.get("sort", ""), OWN_SORTS, "group")
    columns = [
        {"label": _("Group"), "name": "group"},
        {"label": _("Your roles"), "name": "roles"},
        {"label": _("Members"), "name": "members"},
    ]
    rows = [
        [
            {"text": one["group"].name, "url": reverse("workspace:overview", args=[one["group"].slug])},
            one["roles"],
            {"text": one["members"], "sub": _("Closed") if one["group"].is_closed else ""},
        ]
        for one in in_order(own, OWN_SORTS[sort.name], sort)
    ]
    return render(request, "workspace/my_groups.html", {"rows": rows, "columns": headings(columns, sort, {})})
