"""Checks whether the stored data is complete and consistent. An operator runs them after a restore, or any day.

Each check is about one promise of the security model and returns what breaks it; an empty result is good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F

from core import catalogue, clock, tenancy
from core.models import MailState, OutgoingMail
from members.models import Membership
from members.states import HandshakeState
from reporting.models import Report, ReportSubmission
from reporting.publication.snapshot import digest
from reporting.states import Outcome, ReportState

Question = Callable[[], list[str]]


def migrations_missing() -> list[str]:
    """Migrations of this code that the database lacks. Until they are applied, its guards differ as well."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}: run `migrate`" for migration, _backwards in plan]


def guards_that_differ() -> list[str]:
    """What guards the data and is not as the code declares: an empty database is migrated and compared.

    Raises core.catalogue.NotComparable without the owner's address.
    """
    with catalogue.built_anew() as made, made.cursor() as declared, connection.cursor() as present:
        found = catalogue.differences(catalogue.described(present), catalogue.described(declared))
    return [str(one) for one in found]


def run_time_role_too_strong() -> list[str]:
    """Powers with which the run-time role would pass by the policies: of a superuser, BYPASSRLS, the owner's role."""
    role = settings.RUNTIME_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT rolsuper, rolbypassrls, rolcreaterole,
                      EXISTS (SELECT 1 FROM pg_database d
                              WHERE datname = current_database() AND pg_has_role(r.oid, d.datdba, 'MEMBER'))
               FROM pg_roles r WHERE rolname = %s""",
            [role],
        )
        held = cursor.fetchone()
    if held is None:
        return [f"the role {role} is missing"]
    powers = ("is a superuser", "has BYPASSRLS", "has CREATEROLE", "is a member of the owner's role")
    return [f"{role} {power}" for power, has in zip(powers, held, strict=True) if has]


def tables_without_policy() -> list[str]:
    """Tables with a group column that row level security does not protect (principle 2)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_class c
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'group_id' AND NOT a.attisdropped
               JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
               WHERE c.relkind = 'r' AND c.relname NOT LIKE 'auth_%%' AND c.relname NOT LIKE 'accounts_%%'
                 AND c.relname NOT LIKE 'guardian_%%'
                 AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"""
        )
        return [name for (name,) in cursor.fetchall()]


def rights_too_many() -> list[str]:
    """Tables that the run-time role owns, and append-only tables that it could change (principle 27)."""
    role = settings.RUNTIME_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s", [role]
        )
        found = [f"{name} is owned by {role}" for (name,) in cursor.fetchall()]
        for table in tenancy.append_only_tables():
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, 'UPDATE') OR has_table_privilege(%s, %s, 'DELETE')"
                " OR has_table_privilege(%s, %s, 'TRUNCATE')",
                [role, table] * 3,
            )
            if cursor.fetchone()[0]:
                found.append(f"{role} can change {table}")
    return found


def submissions_changed() -> list[str]:
    """Reports whose frozen content does not match its digest (principle 12)."""
    rows = ReportSubmission.objects.only("content", "sha256", "report_id", "number").iterator(chunk_size=200)
    return [
        f"report {row.report_id}, version {row.number}: content and digest differ"
        for row in rows
        if digest(row.content) != row.sha256
    ]


def accepted_without_decision() -> list[str]:
    """Accepted reports without an accepting decision, or with one by the person who sent them (principle 11)."""
    accepted = Report.objects.filter(state=ReportState.ACCEPTED)
    decided = accepted.filter(submissions__decision__outcome=Outcome.ACCEPTED)
    found = [
        f"report {pk}: accepted, no decision"
        for pk in accepted.exclude(pk__in=decided).values_list("pk", flat=True)
    ]
    own = decided.filter(submissions__decision__decided_by=F("submissions__submitted_by"))
    return found + [f"report {pk}: sender and decider are one" for pk in own.values_list("pk", flat=True)]


def members_without_two_wills() -> list[str]:
    """Memberships from a handshake that is not accepted (principle 10)."""
    odd = Membership.objects.filter(handshake__isnull=False).exclude(handshake__state=HandshakeState.ACCEPTED)
    return [f"membership {pk}: its handshake is not accepted" for pk in odd.values_list("pk", flat=True)]


def mail_stuck() -> list[str]:
    """Mail that has been in the state "sending" for more than an hour (principle 22)."""
    before = clock.now() - timedelta(hours=1)
    stuck = OutgoingMail.objects.filter(state=MailState.SENDING, claimed_at__lt=before)
    return [f"mail {pk}: being sent for more than an hour" for pk in stuck.values_list("pk", flat=True)]


QUESTIONS: dict[str, Question] = {
    "Row level security on every tenant table": tables_without_policy,
    "Rights of the run-time role": rights_too_many,
    "Powers of the run-time role": run_time_role_too_strong,
    "Frozen reports as they were sent": submissions_changed,
    "Two people behind each accepted report": accepted_without_decision,
    "Two wills behind each membership": members_without_two_wills,
    "No mail left half way": mail_stuck,
}
