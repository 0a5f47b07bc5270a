"""The annual report on a group's overview."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.models import ReportingYear
from reporting.summary import GroupSummary, ReportLine, ReportStanding


@dataclass(frozen=True)
class ReportPanel:
    """The report of the latest year; `report` is None before the group has begun it."""

    year: ReportingYear
    report: ReportLine | None
    standing: ReportStanding


def report(summary: GroupSummary) -> ReportPanel | None:
    """The group's report of the latest year that has opened; None before any year has opened."""
    year = summary.asked.latest
    return ReportPanel(year, summary.reports.get(year.year), summary.standing(year)) if year else None
