"""What annual reports put on a group's overview and on its public page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import full_name
from groups.access import request_roles
from groups.models import Group
from groups.panels import register_public_part, register_workspace_part
from groups.parts import kept_for
from reporting.access_reports import READ
from reporting.models import sections_of
from reporting.queries.glance import ReportLine, glance_at
from reporting.queries.reports import published_of
from reporting.states import EDITABLE

SHOWN = 3


def workspace_report(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """Where the report of the open year stands, for those who may read it."""
    if not request_roles(request).may(READ, group):
        return None
    glance = glance_at(kept_for(request), group)
    year = glance.asked.latest
    if year is None:
        return None
    report = next((one for one in glance.reports if one.year == year.year), None)
    due = report.extended_to if report and report.extended_to else year.due_on
    owed = report is None or report.state in EDITABLE
    return {
        "template": "reporting/panels/report_workspace.html",
        "context": {
            "report": _line(report),
            "year": year.year,
            "url": reverse("reporting:report-detail", args=[group.slug, year.year]),
            "done": report.done if report else 0,
            "of": len(sections_of(report.template_id if report else year.template_id)),
            "due_on": due,
            "late": owed and glance.day > due,
        },
    }


def _line(report: ReportLine | None) -> dict[str, Any] | None:
    """Of the report, what reporting/report_state.html says."""
    if report is None:
        return None
    sender = full_name(report.given_name or "", report.family_name or "", report.email or "")
    return {
        "state": report.state,
        "submitted_by": {"name": sender},
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
