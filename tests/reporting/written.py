"""Reports in each state for tests. The app's actions make them, so a person could have made every row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import User
from core import scope
from groups.models import Group
from reporting.models import Report, ReportDecision, ReportingYear, ReportSubmission, TemplateSection
from reporting.reports import actions as reports
from reporting.review import actions as review

YEAR = 2026


@contextmanager
def inside(group: Group | int) -> Iterator[None]:
    """In the group's scope and in a transaction: the database's own scope lives in transactions only."""
    with transaction.atomic(), scope.group_scope(group):
        yield


def year(number: int = YEAR) -> ReportingYear:
    return ReportingYear.objects.select_related("quadrennium", "template").get(pk=number)


def section_keys() -> list[str]:
    return list(TemplateSection.objects.filter(template=year().template_id).values_list("key", flat=True))


def write(
    group: Group, key: str, by: User, *, text: str = "We finished the work.", version: int = 0, **more: Any
) -> Any:
    """One section, complete unless told otherwise."""
    given = {"is_complete": True, **more}
    with inside(group):
        return reports.save_section(
            group=group, year=year(), key=key, text=text, version=version, by=by, **given
        )


def write_all(group: Group, by: User, *, texts: dict[str, str] | None = None) -> Report:
    """Every section, complete."""
    for key in section_keys():
        write(group, key, by, text=(texts or {}).get(key, f"What we did, told in the section {key}."))
    with inside(group):
        return Report.objects.get(reporting_year=YEAR)


def submit(group: Group, by: User, **texts: str) -> Report:
    """A whole report, sent."""
    report = write_all(group, by, texts=texts)
    with inside(group):
        return reports.submit_report(report=report, by=by)


def latest(report: Report) -> ReportSubmission:
    with inside(report.group_id):
        found = report.submissions.last()
    assert found is not None
    return found


def decide(
    report: Report, by: User, outcome: str = "accepted", *, message: str = "", **more: Any
) -> ReportDecision:
    """A decision about the last version."""
    last = latest(report)
    with inside(report.group_id):
        return review.decide(
            report=report,
            number=last.number,
            sha256=last.sha256,
            outcome=outcome,
            message=message,
            by=by,
            **more,
        )


def publish(group: Group, leader: User, office: User, **texts: str) -> Report:
    """A whole report, sent and accepted."""
    report = submit(group, leader, **texts)
    decide(report, office)
    return report
