"""The targets on a group's overview and on its public page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from groups.models import Group
from reporting.targets.cycle import CycleState, cycle_state, public_cycle_state


@dataclass(frozen=True)
class CyclePanel:
    """The conservation cycle of one period with its counts, and the address of the targets' page."""

    period: str
    url: str
    parts: list[dict[str, Any]]


def cycle(group: Group, day: date) -> CyclePanel | None:
    """The cycle for people of the group; None before the first target is set. Two queries."""
    state = cycle_state(group, day)
    if state is None:
        return None
    years = [state.period.starts_on.year, state.period.ends_on.year]
    return _cycle_panel(state, reverse("reporting:target-list", args=[group.slug, *years]), part_links=True)


def public_cycle(group: Group, day: date) -> CyclePanel | None:
    """The cycle of approved targets, with the progress in accepted reports; None without targets. Two queries."""
    state = public_cycle_state(group, day)
    if state is None:
        return None
    return _cycle_panel(state, reverse("reporting:target-public", args=[group.slug]), part_links=False)


def _cycle_panel(state: CycleState, url: str, *, part_links: bool) -> CyclePanel:
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
        for part in state.parts
    ]
    return CyclePanel(state.period.label, url, parts)
