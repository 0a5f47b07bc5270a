"""Reads of published reports: the list, the years, one group's, and one version."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from core import scope
from groups.models import Group
from reporting.models import Report, ReportSubmission
from reporting.states import ReportState


def published(year: int | None = None, words: str = "") -> QuerySet:
    """Accepted reports, newest first. The caller has opened read_everywhere("published-reports")."""
    found = Report.objects.filter(state=ReportState.ACCEPTED).select_related("group", "group__category")
    if year:
        found = found.filter(reporting_year=year)
    if words.strip():
        found = found.filter(group__in=Group.objects.matching(words))
    return found.annotate(published_at=F("decided_at")).order_by("-reporting_year", "group__sort_key")


def published_years() -> list[int]:
    """Years with published reports, newest first."""
    with scope.read_everywhere("published-reports"):
        return list(
            Report.objects.filter(state=ReportState.ACCEPTED)
            .order_by("-reporting_year")
            .values_list("reporting_year", flat=True)
            .distinct()
        )


def published_of(group: Group) -> list[dict[str, Any]]:
    """The group's published reports, newest first, for its public page; one query, in the group's scope."""
    found = Report.objects.filter(group=group, state=ReportState.ACCEPTED).order_by("-reporting_year")
    return [dict(row) for row in found.values("reporting_year", "decided_at")]


def published_submission(group: Group, year: int) -> ReportSubmission | None:
    """The accepted version of a year's report, or None; in the group's scope."""
    found: ReportSubmission | None = (
        ReportSubmission.objects.filter(
            report__group=group,
            report__reporting_year=year,
            report__state=ReportState.ACCEPTED,
            decision__outcome="accepted",
        )
        .select_related("report", "decision")
        .last()
    )
    return found
