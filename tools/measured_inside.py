"""The part of measuring that needs Django: sessions of the demo's people, addresses of pages, counts of queries."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from core import clock, scope  # noqa: E402
from demo.personas import GROUP, PERSONAS  # noqa: E402
from groups.models import Group, Quadrennium  # noqa: E402
from reporting.models import Report, ReportingYear, Target  # noqa: E402
from reporting.states import EDITABLE, ReportState  # noqa: E402

PERSONA = {persona.code: persona for persona in PERSONAS}


def client_of(code: str) -> Client:
    """A signed-in client of one of the demo's people; VI is nobody."""
    client = Client(headers={"host": "localhost"})
    if code != "VI":
        person = User.objects.by_email(PERSONA[code].email).get()
        client.force_login(person)
        session = client.session  # a sign-in of just now, for the forms that ask for a fresh proof
        session["account_authentication_methods_user"] = str(person.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.save()
    return client


def sessions() -> dict[str, str]:
    """The session cookie of each of the demo's people, by role."""
    return {code: client_of(code).cookies[settings.SESSION_COOKIE_NAME].value for code in PERSONA}


def report_year() -> int:
    """The year whose report is being written."""
    return ReportingYear.objects.filter(opens_on__lte=clock.today()).latest("year").year


def bench_pages() -> dict[str, tuple[str, str]]:
    """The pages that `make bench` measures: name -> (role of the reader, address)."""
    period, year = Quadrennium.current(), report_year()
    assert period is not None
    section = reverse("reporting:report-section", args=[GROUP, year, "assess"])
    return {
        "directory": ("LE", reverse("workspace:directory")),
        "workspace": ("LE", reverse("workspace:overview", args=[GROUP])),
        "member list": ("LE", reverse("members:member-list", args=[GROUP])),
        "targets": (
            "LE",
            reverse("reporting:target-list", args=[GROUP, period.starts_on.year, period.ends_on.year]),
        ),
        "report editor": ("LE", section),
        "office dashboard": ("CA", reverse("office:dashboard")),
    }


def count() -> dict[str, int]:
    """The number of SQL statements of each measured page, transaction control aside."""
    found = {}
    for name, (code, address) in bench_pages().items():
        client, seen = client_of(code), []

        def note(
            execute: Any, sql: str, params: Any, many: bool, context: Any, kept: list[str] = seen
        ) -> Any:
            kept.append(sql)
            return execute(sql, params, many, context)

        client.get(address)  # what is read once per process
        seen.clear()
        with connection.execute_wrapper(note):
            answer = client.get(address)
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = len([sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE"))])
    return found


def grow(wanted: int) -> int:
    """Add bare groups, each with a leader and a report under way, until there are so many."""
    have = Group.objects.count()
    with transaction.atomic(), scope.write_everywhere("seed"), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO groups_group (slug, name, acronym, category_id, subcategory, remit, mission,
                   membership_criteria, website, host_institution, search, sort_key, version)
               SELECT 'bench-' || n, 'Bench ' || n || ' Group', '', 'specialist-group', '', '', '', '', '', '',
                      'bench ' || n || ' group', 'bench ' || n || ' group', 1
               FROM generate_series(%s, %s) AS n""",
            [have + 1, wanted],
        )
        cursor.execute(
            """INSERT INTO groups_appointment (group_id, person_id, office, topic, starts_on, note, made_at)
               SELECT g.id, p.id, 'chair', '', %s, '', now()
               FROM groups_group g, (SELECT id FROM accounts_user ORDER BY id LIMIT 1) p
               WHERE g.slug LIKE 'bench-%%'""",
            [clock.today().replace(month=1, day=1)],
        )
        cursor.execute(
            """INSERT INTO reporting_report (group_id, reporting_year_id, template_id, state, extended_why, started_at)
               SELECT g.id, y.year, y.template_id, 'draft', '', now()
               FROM groups_group g, reporting_reportingyear y WHERE g.slug LIKE 'bench-%%' AND y.year = %s""",
            [report_year()],
        )
        cursor.execute("ANALYZE groups_group")
    return Group.objects.count()


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


TASKS = {
    "sessions": lambda *_: sessions(),
    "pages": lambda *_: bench_pages(),
    "count": lambda *_: count(),
    "grow": lambda wanted: grow(int(wanted)),
    "shots": lambda *_: shot_pages(),
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
