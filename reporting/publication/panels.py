"""The published reports on a group's public page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groups.models import Group
from reporting.publication.queries import published_of

REPORTS_SHOWN = 3


@dataclass(frozen=True)
class PublishedPanel:
    """The latest published reports, and whether there are more."""

    reports: list[dict[str, Any]]
    more: bool


def public_reports(group: Group) -> PublishedPanel | None:
    """The group's published reports, newest first; None when the group has none. One query."""
    rows = published_of(group)
    return PublishedPanel(rows[:REPORTS_SHOWN], len(rows) > REPORTS_SHOWN) if rows else None
