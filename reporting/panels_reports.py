"""What annual reports put on a group's overview and on its public page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from groups.access import request_roles
from groups.models import Group
from groups.panels import register_public_part, register_workspace_part
from reporting.access_reports import READ
from reporting.models import Report
from reporting.queries.reports import open_report, published_of

SHOWN = 3


def workspace_report(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """Where the report of the open year stands, for those who may read it."""
    if not request_roles(request).may(READ, group):
        return None
    standing = open_report(group)
    if standing is None:
        return None
    return {
        "template": "reporting/panels/report_workspace.html",
        "context": {
            "report": _line(standing.report),
            "year": standing.year,
            "url": reverse("reporting:report-detail", args=[group.slug, standing.year]),
            "done": standing.done,
            "of": standing.of,
            "due_on": standing.due_on,
            "late": standing.late,
        },
    }


def _line(report: Report | None) -> dict[str, Any] | None:
    """Of the report, what reporting/report_state.html says."""
    if report is None:
        return None
    return {
        "state": report.state,
        "submitted_by": {"name": report.submitted_by.name if report.submitted_by else ""},
        "submitted_at": report.submitted_at,
        "decided_at": report.decided_at,
        "extended_to": report.extended_to,
        "extended_why": report.extended_why,
    }


def public_reports(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """The published reports, newest first; nothing before the first."""
    rows = published_of(group)
    if not rows:
        return None
    return {
        "template": "reporting/panels/report_public.html",
        "context": {"reports": rows[:SHOWN], "more": len(rows) > SHOWN},
    }


register_workspace_part(workspace_report, 40, half=True)
register_public_part(public_reports, 30)
