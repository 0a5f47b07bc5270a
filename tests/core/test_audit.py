"""Every change is recorded with a person, the role and the channel, and no one can alter the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core import audit, clock, scope, tenancy
from core.models import AuditEntry, TenantModel
from groups.models import Appointment, Group
from reporting.models import ReportSection
from tests import factories
from tests.factories import everything
from tests.pg.owner import as_owner

ADDED_ONLY = {
    "groups_appointment",
    "groups_appointmentending",
    "groups_networkappointment",
    "groups_networkappointmentending",
    "members_conditions",
    "members_membership",
    "members_membershipending",
    "reporting_reportsubmission",
    "reporting_reportdecision",
    "reporting_reportgrantending",
    "duties_sentreminder",
    "core_auditentry",
}


@pytest.fixture
def section(group) -> Iterator[ReportSection]:
    """A section of a report, with its group's scope open for the test."""
    everything.fill(group, factories.make_person("Leader"), factories.make_person("Member"))
    with scope.group_scope(group):
        yield ReportSection.objects.get()


def events(section: ReportSection) -> list[dict]:
    """The recorded rows of the section, oldest first."""
    model = apps.get_model("reporting", "ReportSectionEvent")
    return list(model.objects.filter(pgh_obj_id=section.pk).order_by("pgh_id").values())


def test_a_save_an_update_bulk_and_raw_sql_all_leave_the_row_with_who_role_and_way(section, leader):
    with audit.context(by=leader, channel="page", role="LE"):
        section.text = "saved"
        section.save()
        ReportSection.objects.filter(pk=section.pk).update(text="updated")
        section.text = "in bulk"
        ReportSection.objects.bulk_update([section], ["text"])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reporting_reportsection SET text = 'raw' WHERE id = %s", [section.pk])
            cursor.execute("DELETE FROM reporting_reportsection WHERE id = %s", [section.pk])
    kept = events(section)[1:]  # the first is the row's making
    assert [event["text"] for event in kept] == ["saved", "updated", "in bulk", "raw", "raw"]
    assert [event["pgh_label"] for event in kept] == ["update"] * 4 + ["delete"]
    for event in kept:
        written = event["pgh_context"]
        assert (written["user"], written["channel"], written["role"]) == (leader.pk, "page", "LE")


@pytest.mark.django_db(transaction=True)
def test_a_context_does_not_outlive_its_transaction(stranger):
    with transaction.atomic(), audit.context(by=stranger, channel="page"):
        Group.objects.create(name="First", slug="first", category_id="task-force")
    with transaction.atomic():
        Group.objects.create(name="Second", slug="second", category_id="task-force")
    model = apps.get_model("groups", "GroupEvent")
    first, second = model.objects.order_by("pgh_id").values_list("pgh_context", flat=True)
    assert first["user"] == stranger.pk
    assert "user" not in (second or {})


def test_what_was_rolled_back_leaves_no_event(section):
    before = len(events(section))

    def change_and_fail() -> None:
        with transaction.atomic():
            ReportSection.objects.filter(pk=section.pk).update(text="never")
            assert len(events(section)) == before + 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert len(events(section)) == before


def test_passwords_and_secrets_of_links_are_in_no_event():
    user, handshake = apps.get_model("accounts", "UserEvent"), apps.get_model("members", "HandshakeEvent")
    assert "password" not in {field.name for field in user._meta.fields}
    assert "token_hash" not in {field.name for field in handshake._meta.fields}


def test_every_tenant_table_that_is_not_append_only_is_tracked():
    """Whatever can change or vanish leaves its former rows behind."""
    tracked = {model.pgh_tracked_model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}
    untracked = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model not in tracked and not hasattr(model, "pgh_tracked_model")
    }
    assert untracked - ADDED_ONLY == set()


# ---------------------------------------------------------------- Nobody alters it


@pytest.mark.django_db
def test_the_tables_that_only_grow_are_marked_and_the_event_tables_are_among_them():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE obj_description(oid, 'pg_class') = 'append-only'")
        marked = {name for (name,) in cursor.fetchall()}
    event_tables = {
        model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    assert len(event_tables) >= 10
    assert marked == ADDED_ONLY | event_tables
    assert set(tenancy.append_only_tables()) == marked


@pytest.mark.django_db
def test_the_run_time_role_cannot_update_delete_or_empty_what_only_grows():
    events = tenancy.event_tables()
    for table in tenancy.append_only_tables():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'INSERT'), has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')",
                [table, table],
            )
            assert cursor.fetchone() == (table not in events, False), table


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditentry SET verb = 'nothing.happened'",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry",
        "UPDATE reporting_reportsectionevent SET text = ''",
        "DELETE FROM reporting_reportsectionevent",
        "TRUNCATE reporting_reportsectionevent",
        "UPDATE groups_appointment SET ends_on = NULL",
        "DELETE FROM reporting_reportsubmission",
    ],
)
def test_the_statement_is_refused(section, sql):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_not_even_the_owner_changes_an_event_by_a_slip(section):
    with (
        as_owner(),
        pytest.raises(DatabaseError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE reporting_reportsectionevent SET text = ''")


def test_an_appointment_is_neither_saved_again_nor_deleted(group, leader):
    with scope.group_scope(group):
        appointment = Appointment.objects.of(leader).first()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            appointment.save()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            appointment.delete()


# ---------------------------------------------------------------- Nobody slips past it

IGNORE = "SELECT set_config('pgtrigger.ignore', %s, true)"
SHADOW = """CREATE TEMPORARY TABLE reporting_reportsectionevent
            (LIKE public.reporting_reportsectionevent INCLUDING IDENTITY)"""


def update_trigger() -> Any:
    """The trigger that keeps the changes of sections."""
    return next(one for model, one in pgtrigger.registered("reporting.ReportSection:update_update"))


def change(section: ReportSection, *before: str) -> int:
    """Change the section in plain SQL; return how many events the change added."""
    had = len(events(section))
    with connection.cursor() as cursor:
        for sql in before:
            cursor.execute(sql, [f"{{{update_trigger().get_pgid(ReportSection)}}}"] if "%s" in sql else None)
        cursor.execute("UPDATE reporting_reportsection SET text = text || '.' WHERE id = %s", [section.pk])
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    return len(events(section)) - had


def break_the_seal() -> None:
    """As pgtrigger leaves its functions."""
    with connection.cursor() as cursor:
        cursor.execute(str(update_trigger().compile(ReportSection).install_sql))


def test_the_ignore_setting_hides_no_change(section):
    assert change(section, IGNORE) == 1


def test_without_the_seal_the_ignore_setting_hides_the_change(section):
    """The control."""
    with as_owner():
        break_the_seal()
        assert change(section, IGNORE) == 0
        tenancy.lay(connection)
        assert change(section, IGNORE) == 1


def test_the_run_time_role_makes_no_temporary_table(section):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        change(section, SHADOW)
    assert change(section) == 1


def test_a_temporary_table_with_the_name_of_the_event_table_catches_no_event(section):
    """For a role that may make one; and the control without the seal."""
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(SHADOW)

        def caught() -> int:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE reporting_reportsection SET text = text || '.' WHERE id = %s", [section.pk]
                )
                cursor.execute("SELECT count(*) FROM pg_temp.reporting_reportsectionevent")
                return cursor.fetchone()[0]

        assert caught() == 0
        break_the_seal()
        assert caught() == 1


def test_events_are_added_by_triggers_only(section):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO reporting_reportsectionevent SELECT * FROM reporting_reportsectionevent")
    assert change(section) == 1


def test_a_migration_leaves_no_function_without_the_seal(section):
    with as_owner(), connection.schema_editor() as editor:
        editor.execute(str(update_trigger().compile(ReportSection).install_sql), params=None)
    assert change(section, IGNORE) == 1


def entry_row(group: Group, leader: object, **given: object) -> AuditEntry:
    return AuditEntry(
        **{
            "at": clock.now(),
            "verb": "groups.details_changed",
            "by": leader,
            "group": group,
            "about_type": "groups.group",
            "about_id": group.pk,
            **given,
        }
    )


def test_an_act_of_the_past_is_not_added_to_the_trail(group, leader):
    with scope.group_scope(group):
        with pytest.raises(DatabaseError, match="An act is recorded when it happens"), transaction.atomic():
            entry_row(group, leader, at=clock.now() - timedelta(minutes=11)).save()
        entry_row(group, leader).save()  # the neighbour


def test_the_server_writes_when_and_as_which_role_an_entry_was_added(group, leader):
    with scope.group_scope(group):
        given = entry_row(
            group,
            leader,
            recorded_at=clock.now() - timedelta(days=2000),
            recorded_as="somebody",
            at=clock.now(),
        )
        given.save()
        given.refresh_from_db()
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user, clock_timestamp()")
            role, now = cursor.fetchone()
    assert given.recorded_as == role
    assert now - timedelta(minutes=1) < given.recorded_at <= now


# ---------------------------------------------------------------- Acts in words


def test_an_act_takes_role_and_way_from_the_context_that_stands(group, leader):
    with audit.context(by=leader, channel="page", role="LE"), scope.group_scope(group):
        audit.record("groups.details_changed", by=leader, about=group, group=group, fields=["mission"])
        entry = AuditEntry.objects.latest("pk")
    assert (entry.by, entry.role, entry.channel, entry.group) == (leader, "LE", "page", group)
    assert (entry.about_type, entry.about_id, entry.detail) == (
        "groups.group",
        group.pk,
        {"fields": ["mission"]},
    )


def test_an_act_that_cannot_be_recorded_is_undone(group, leader):
    """The right to add to the trail is taken away for real; the change that wanted to be recorded does not stay."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON core_auditentry FROM ssc_app")

    @transaction.atomic
    def change_details() -> None:
        with scope.group_scope(group):
            Group.objects.filter(pk=group.pk).update(mission="changed")
            audit.record("groups.details_changed", by=leader, about=group, group=group)

    with pytest.raises(DatabaseError, match="permission denied"):
        change_details()
    group.refresh_from_db()
    assert group.mission == ""
