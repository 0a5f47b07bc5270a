"""What targets put on a group's overview and on its public page: the conservation cycle with its figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from groups.access import request_roles
from groups.models import Group
from groups.panels import register_public_part, register_workspace_part
from groups.parts import kept_for
from reporting.queries.cycle import CycleState, cycle_state, public_cycle_state
from reporting.queries.glance import glance_at


def workspace_cycle(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """The cycle with bars, for those who may read targets; nothing before the first target is set."""
    if not request_roles(request).may("reporting.view_targets", group):
        return None
    cycle = cycle_state(glance_at(kept_for(request), group))
    if cycle is None:
        return None
    url = reverse("reporting:target-list", args=[group.slug, cycle.first, cycle.last])
    return {
        "template": "reporting/panels/targets_workspace.html",
        "context": _context(cycle, url, part_links=True),
    }


def public_cycle(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """The cycle of agreed targets, with the progress of accepted reports."""
    cycle = public_cycle_state(group)
    if cycle is None:
        return None
    url = reverse("reporting:target-public", args=[group.slug])
    return {
        "template": "reporting/panels/targets_public.html",
        "context": _context(cycle, url, part_links=False),
    }


def _context(cycle: CycleState, url: str, *, part_links: bool) -> dict[str, Any]:
    parts = [
        {
            "key": part.key,
            "label": part.label,
            "url": f"{url}?part={part.key}" if part_links else "",
            "percent": part.percent,
            "text": part.text,
            "targets": part.targets,
            "achieved": part.achieved,
            "behind": part.behind,
        }
        for part in cycle.parts
    ]
    return {"period": cycle.label, "url": url, "parts": parts}


register_workspace_part(workspace_cycle, 20)
register_public_part(public_cycle, 20)
