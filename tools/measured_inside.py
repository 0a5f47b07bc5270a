"""The tasks for measuring and pictures that need Django. A process runs one task and prints its answer as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import django

django.setup()

from django.db import transaction  # noqa: E402 - after the set-up
from django.urls import reverse  # noqa: E402

from core import scope  # noqa: E402
from groups.models import Quadrennium  # noqa: E402
from reporting.models import Report, Target  # noqa: E402
from reporting.states import EDITABLE, ReportState  # noqa: E402
from tools import bench_grow, bench_pages  # noqa: E402
from tools.signed_in import GROUP, PERSONAS, persona, report_year, session_of  # noqa: E402


def sessions() -> dict[str, str]:
    """The session cookies of the demo's people, by role."""
    return {one.code: session_of(persona(one.code)) for one in PERSONAS}


def shot_pages() -> list[tuple[str, str, str]]:
    """Every page worth looking at: (name, role of the reader, address)."""
    period, year = Quadrennium.current(), report_year()
    assert period is not None
    span = [GROUP, period.starts_on.year, period.ends_on.year]
    with transaction.atomic(), scope.read_everywhere("checks"):
        target = Target.objects.filter(group__slug=GROUP, target_set__quadrennium=period).first()
        sent = Report.objects.filter(state=ReportState.SUBMITTED).select_related("group").first()
        accepted = Report.objects.filter(state=ReportState.ACCEPTED, group__slug=GROUP).latest(
            "reporting_year"
        )
        editable = Report.objects.filter(group__slug=GROUP, state__in=EDITABLE).exists()
    pages = [
        ("01-sign-in", "VI", reverse("account_login")),
        ("01-sign-up", "VI", reverse("account_signup")),
        ("02-tasks", "LE", reverse("workspace:task-list")),
        ("02-my-groups", "LE", reverse("workspace:my-groups")),
        ("02-notifications", "LE", reverse("duties:notifications")),
        ("02-profile", "LE", reverse("accounts:profile")),
        ("02-security", "LE", reverse("mfa_index")),
        ("03-workspace", "LE", reverse("workspace:overview", args=[GROUP])),
        ("03-leadership", "LE", reverse("groups:leadership", args=[GROUP])),
        ("03-details", "LE", reverse("groups:group-edit", args=[GROUP])),
        ("03-history", "LE", reverse("groups:history", args=[GROUP])),
        ("04-members", "LE", reverse("members:member-list", args=[GROUP])),
        ("04-invite", "LE", reverse("members:person-invite", args=[GROUP])),
        ("05-my-invitations", "AP", reverse("members:my-invitations")),
        ("05-join", "AP", reverse("members:join")),
        ("06-targets", "LE", reverse("reporting:target-list", args=span)),
        ("06-target-add", "LE", reverse("reporting:target-add", args=span)),
        ("07-report", "LE", reverse("reporting:report-detail", args=[GROUP, year])),
        ("08-office", "CA", reverse("office:dashboard")),
        ("08-office-reports", "CA", reverse("office:report-list")),
        ("08-office-targets", "CA", reverse("office:target-list")),
        ("08-mail-queue", "CA", reverse("office:mail-queue")),
        ("12-directory", "VI", reverse("workspace:directory")),
        ("12b-public-group", "VI", reverse("workspace:group-detail", args=[GROUP])),
        ("12c-public-targets", "VI", reverse("reporting:target-public", args=[GROUP])),
        ("13-reports", "VI", reverse("reporting:published-list")),
        ("13-report", "VI", reverse("reporting:published-detail", args=[GROUP, accepted.year])),
        ("15-guidance", "VI", reverse("core:guidance")),
        ("15-privacy", "VI", reverse("core:privacy")),
        ("15-accessibility", "VI", reverse("core:accessibility")),
        ("00-components", "VI", reverse("core:components")),
        ("16-nothing-here", "VI", "/en/groups/never-existed/"),
    ]
    if target:
        pages += [
            ("06-target", "LE", reverse("reporting:target-detail", args=[GROUP, target.pk])),
            ("06b-progress", "LE", reverse("reporting:progress-edit", args=[GROUP, target.pk, year])),
        ]
    if editable:
        pages += [("07-section", "LE", reverse("reporting:report-section", args=[GROUP, year, "assess"]))]
    if sent:
        pages += [("09-review", "CA", reverse("reporting:report-review", args=[sent.group.slug, sent.year]))]
    languages = [("fr", "12-directory"), ("es", "03-workspace"), ("fr", "07-report")]
    by_name = {name: (name, code, address) for name, code, address in pages}
    pages += [
        (f"{name}-{language}", code, address.replace("/en/", f"/{language}/", 1))
        for language, (name, code, address) in ((language, by_name[name]) for language, name in languages)
    ]
    return pages


TASKS: dict[str, Callable[..., object]] = {
    "sessions": sessions,
    "pages": lambda wanted: bench_pages.addressed(int(wanted)),
    "count": lambda wanted: bench_pages.count(int(wanted)),
    "grow": lambda wanted: bench_grow.grow(int(wanted)),
    "shots": shot_pages,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
