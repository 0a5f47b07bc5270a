"""What the database refuses from the role of pages and jobs, rule by rule, in plain SQL.

Each case has a row that breaks one rule and its neighbour, a row that differs in this only and is taken. The table of
the rules is in docs/security.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Region
from core import clock, guards, tenancy
from core.mail.models import OutgoingMail
from core.scope import group_scope
from groups.models import Quadrennium
from members.models import Conditions, Handshake
from members.states import HandshakeOrigin, HandshakeState
from reporting.models import ReportSection
from sscportal.settings.apps import PORTAL_APPS
from tests import factories
from tests.pg.owner import as_owner
from tests.reporting import sets, written

DAY = timedelta(days=1)
Values = dict[str, Any]


def execute(sql: str, values: Values | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or {})
        return cursor.rowcount


def insert(table: str, values: Values) -> int:
    names = ", ".join(f'"{name}"' for name in values)
    return execute(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join(f'%({name})s' for name in values)})", values
    )


def rule_of(error: DatabaseError) -> str:
    """The name of the constraint or of the guard's rule."""
    return error.__cause__.diag.constraint_name or ""


@dataclass
class World:
    """People and rows of one group, made legally."""

    group: Any
    period: Quadrennium
    conditions: Conditions
    leader: Any
    member: Any
    stranger: Any
    office: Any

    def handshake(self, **given: Any) -> Values:
        return {
            "group_id": self.group.pk,
            "quadrennium_id": self.period.pk,
            "origin": "invitation",
            "state": "prepared",
            "email": "new@example.org",
            "given_name": "",
            "family_name": "",
            "language": "en",
            "message": "",
            "token_hash": "",
            "started_at": clock.now(),
            "started_by_id": self.leader.pk,
            "signed_in_leaders_place": False,
            "closing_word": "",
            **given,
        }

    def signed(self, person: Any) -> Values:
        return {
            "person_id": person.pk,
            "person_signed_at": clock.now(),
            "conditions_id": self.conditions.pk,
            "leader_signed_at": clock.now(),
            "leader_signed_by_id": self.leader.pk,
        }

    def accepted(self, person: Any) -> Handshake:
        """An accepted handshake without its membership, as the act has it for a moment."""
        with as_owner():
            return Handshake.objects.create(
                group=self.group,
                quadrennium=self.period,
                origin=HandshakeOrigin.REQUEST,
                state=HandshakeState.ACCEPTED,
                email=person.email,
                started_by=person,
                **self.signed(person),
            )

    def membership(self, **given: Any) -> Values:
        return {
            "group_id": self.group.pk,
            "person_id": self.stranger.pk,
            "quadrennium_id": self.period.pk,
            "conditions_id": self.conditions.pk,
            "starts_on": self.period.starts_on,
            "ends_on": self.period.ends_on,
            "made_by_id": self.leader.pk,
            "made_at": clock.now(),
            **given,
        }

    def appointment(self, **given: Any) -> Values:
        return {
            "group_id": self.group.pk,
            "person_id": self.member.pk,
            "office": "programme_officer",
            "topic": "",
            "note": "",
            "starts_on": clock.today(),
            "ends_on": clock.today() + 30 * DAY,
            "made_by_id": self.leader.pk,
            "made_at": clock.now(),
            **given,
        }

    def network(self, **given: Any) -> Values:
        return {
            "person_id": self.member.pk,
            "role": "CS",
            "starts_on": clock.today(),
            "ends_on": clock.today() + 30 * DAY,
            "made_by_id": self.office.pk,
            "made_at": clock.now(),
            **given,
        }


@pytest.fixture
def world(group, cast, stranger) -> Iterator[World]:
    period = Quadrennium.current()
    assert period is not None
    with group_scope(group), transaction.atomic():
        yield World(group, period, Conditions.in_force(), cast["LE"], cast["ME"], stranger, cast["CA"])


Step = Callable[[World], int]


@dataclass(frozen=True)
class Case:
    """One rule: a statement that breaks it, a statement that keeps it, and what must be there before."""

    rule: str
    breaks: Step
    keeps: Step
    before: Callable[[World], Any] = lambda _world: None
    why: str = ""


def handshake(**given: Any) -> Step:
    return lambda world: insert("members_handshake", world.handshake(**given))


def signed_handshake(person: str, **given: Any) -> Step:
    return lambda world: insert(
        "members_handshake", world.handshake(**world.signed(getattr(world, person)), **given)
    )


def membership(of: str | None, **given: Callable[[World], Any]) -> Step:
    """A membership of the stranger with the handshake of somebody."""

    def step(world: World) -> int:
        found = Handshake.objects.filter(person=getattr(world, of), state="accepted").first() if of else None
        more = {name: value(world) for name, value in given.items()}
        return insert("members_membership", world.membership(handshake_id=found and found.pk, **more))

    return step


def both_accepted(world: World) -> None:
    world.accepted(world.stranger)
    world.accepted(world.office)


def appointment(**given: Any) -> Step:
    return lambda world: insert(
        "groups_appointment",
        world.appointment(**{k: v(world) if callable(v) else v for k, v in given.items()}),
    )


def network(**given: Any) -> Step:
    return lambda world: insert(
        "groups_networkappointment",
        world.network(**{k: v(world) if callable(v) else v for k, v in given.items()}),
    )


def ending(table: str, key: str, parent: str, days: int) -> Step:
    """An ending so many days after the first day of the newest row."""

    def step(_world: World) -> int:
        with connection.cursor() as cursor:
            group = "group_id, " if parent != "groups_networkappointment" else ""
            cursor.execute(
                f"INSERT INTO {table} ({group}{key}, from_day, reason, made_at)"
                f" SELECT {group}id, starts_on + %s, '', now() FROM {parent} ORDER BY id DESC LIMIT 1",
                [days],
            )
            return cursor.rowcount

    return step


CASES = [
    # Handshakes
    Case(
        "handshake_one_open",
        handshake(email="Asked@Example.org"),
        handshake(email="another@example.org"),
        before=handshake(email="asked@example.org"),
        why="by case",
    ),
    Case("handshake_moves", signed_handshake("stranger", state="accepted"), handshake(), why="start"),
    Case(
        "handshake_invited_is_signed",
        lambda _world: execute("UPDATE members_handshake SET state = 'invited'"),
        lambda world: execute(
            "UPDATE members_handshake SET state = 'invited', leader_signed_at = now(), leader_signed_by_id = %(by)s",
            {"by": world.leader.pk},
        ),
        before=handshake(),
    ),
    Case(
        "handshake_requested_is_signed",
        handshake(state="requested", origin="request"),
        signed_handshake("stranger", state="requested", origin="request"),
    ),
    Case("handshake_two_people", signed_handshake("leader"), signed_handshake("stranger")),
    Case(
        "handshake_kept",
        lambda _world: execute("UPDATE members_handshake SET person_signed_at = now() - interval '1 day'"),
        lambda _world: execute("UPDATE members_handshake SET token_hash = 'later'"),
        before=lambda world: world.accepted(world.stranger),
    ),
    Case(
        "handshake_moves",
        lambda _world: execute("UPDATE members_handshake SET state = 'declined'"),
        lambda _world: execute("UPDATE members_handshake SET state = state"),
        before=lambda world: world.accepted(world.stranger),
        why="accepted for good",
    ),
    # Memberships
    Case("membership_two_wills", membership(None), membership("stranger"), both_accepted, "no handshake"),
    Case(
        "membership_two_wills", membership("office"), membership("stranger"), both_accepted, "somebody else's"
    ),
    Case(
        "membership_in_quadrennium",
        membership("stranger", ends_on=lambda world: world.period.ends_on + DAY),
        membership("stranger"),
        both_accepted,
    ),
    Case(
        "membership_one_at_a_time",
        lambda world: insert("members_membership", world.membership(person_id=world.member.pk)),
        membership("stranger"),
        both_accepted,
    ),
    Case(
        "members_membershipending_day",
        ending("members_membershipending", "membership_id", "members_membership", -1),
        ending("members_membershipending", "membership_id", "members_membership", 0),
    ),
    # Offices
    Case("appointment_known_office", appointment(office="emperor"), appointment()),
    Case(
        "appointment_topic_of_focal_points",
        appointment(office="focal_point"),
        appointment(office="focal_point", topic="planning"),
    ),
    Case("appointment_not_self_made", appointment(made_by_id=lambda world: world.member.pk), appointment()),
    Case("appointment_has_its_maker", appointment(made_by_id=None), appointment()),
    Case(
        "appointment_one_at_a_time",
        appointment(starts_on=lambda _world: clock.today() + 30 * DAY, ends_on=None),
        appointment(starts_on=lambda _world: clock.today() + 31 * DAY, ends_on=None),
        before=appointment(),
    ),
    Case("appointment_dates_in_order", appointment(ends_on=lambda _w: clock.today() - DAY), appointment()),
    Case(
        "appointment_delegation_ends",
        appointment(office="delegate", note="In the field", ends_on=None),
        appointment(office="delegate", note="In the field"),
    ),
    Case(
        "appointment_delegation_in_writing",
        appointment(office="delegate"),
        appointment(office="delegate", note="In the field"),
    ),
    Case(
        "groups_appointmentending_day",
        ending("groups_appointmentending", "appointment_id", "groups_appointment", -1),
        ending("groups_appointmentending", "appointment_id", "groups_appointment", 0),
        before=appointment(),
    ),
    Case("network_role_known", network(role="XX"), network()),
    Case("network_role_not_self_made", network(made_by_id=lambda world: world.member.pk), network()),
    Case("network_role_has_its_maker", network(made_by_id=None), network()),
    Case(
        "network_role_one_at_a_time",
        network(ends_on=None),
        network(starts_on=lambda _world: clock.today() + 31 * DAY, ends_on=None),
        before=network(),
    ),
    Case(
        "network_role_region_for_reviewers",
        network(role="RR"),
        network(role="RR", region_id=lambda _world: Region.objects.first().pk),
    ),
    Case("network_role_dates_in_order", network(ends_on=lambda _w: clock.today() - DAY), network()),
    Case(
        "groups_networkappointmentending_day",
        ending("groups_networkappointmentending", "appointment_id", "groups_networkappointment", -1),
        ending("groups_networkappointmentending", "appointment_id", "groups_networkappointment", 0),
        before=network(),
    ),
]


def refused(rule: str, step: Callable[[], int]) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        step()
    assert rule_of(error.value) == rule, error.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.why}".strip())
def test_a_row_that_breaks_the_rule_is_refused_and_its_neighbour_is_taken(world, case):
    case.before(world)
    refused(case.rule, lambda: case.breaks(world))
    assert case.keeps(world) >= 1


# ---------------------------------------------------------------- Targets


def test_targets_follow_the_table_of_moves_and_stay_closed_while_the_office_reads_them(world):
    target = sets.make_target(sets.make_set(world.group), 1)

    def move(state: str, **given: Any) -> int:
        more = "".join(f", {name} = %({name})s" for name in given)
        return execute(f"UPDATE reporting_targetset SET state = '{state}'{more}", given)

    def change() -> int:
        return execute("UPDATE reporting_target SET text = text || '.'")

    sent = {"submitted_at": clock.now(), "submitted_by_id": world.leader.pk}
    decided = {"decided_at": clock.now(), "decided_by_id": world.office.pk}
    assert change() == 1
    refused("target_due_in_quadrennium", lambda: execute("UPDATE reporting_target SET due_year = 2031"))
    refused("reporting_targetset_moves", lambda: move("agreed", **sent, **decided))
    assert move("submitted", **sent) == 1
    refused("target_set_open", change)
    refused("target_set_open", lambda: execute("DELETE FROM reporting_target"))
    refused(
        "target_set_two_people", lambda: move("returned", **{**decided, "decided_by_id": world.leader.pk})
    )
    assert move("returned", **decided) == 1
    assert execute("UPDATE reporting_target SET dropped_at = now(), dropped_why = 'No funds'") == 1
    refused("target_dropped_for_good", lambda: execute("UPDATE reporting_target SET dropped_at = NULL"))
    assert move("submitted", **sent) == move("agreed", **decided) == 1
    refused("reporting_targetset_moves", lambda: move("draft"))
    assert target.pk


def test_a_new_set_of_targets_begins_as_a_draft(world):
    row = {"group_id": world.group.pk, "quadrennium_id": world.period.pk, "version": 1, "word": ""}
    done = {"submitted_at": clock.now(), "submitted_by_id": world.leader.pk}
    refused(
        "reporting_targetset_moves",
        lambda: insert("reporting_targetset", {**row, **done, "state": "submitted"}),
    )
    assert insert("reporting_targetset", {**row, "state": "draft"}) == 1


def test_progress_closes_with_the_report_of_its_year_and_lies_in_the_quadrennium(world):
    target = sets.make_target(sets.make_set(world.group), 1)
    row = {
        "group_id": world.group.pk,
        "target_id": target.pk,
        "status_id": "on-track",
        "text": "",
        "recorded_by_id": world.leader.pk,
        "recorded_at": clock.now(),
        "version": 1,
    }
    refused("progress_in_quadrennium", lambda: insert("reporting_progress", {**row, "year": 2025}))
    assert insert("reporting_progress", {**row, "year": 2026}) == 1
    refused("progress_of_its_target", lambda: execute("UPDATE reporting_progress SET year = 2027"))
    sets.make_report(world.group, world.leader, world.office, state="submitted", year=2026)
    refused("progress_open", lambda: execute("UPDATE reporting_progress SET text = 'later'"))
    refused("progress_open", lambda: execute("DELETE FROM reporting_progress"))
    assert insert("reporting_progress", {**row, "year": 2027}) == 1


# ---------------------------------------------------------------- Reports


def move_report(state: str, by: Any = None) -> int:
    decided = ", decided_at = now(), decided_by_id = %(by)s" if by else ""
    return execute(f"UPDATE reporting_report SET state = '{state}'{decided}", {"by": by and by.pk})


def decide(submission: Any, by: Any, outcome: str) -> int:
    return insert(
        "reporting_reportdecision",
        {
            "group_id": submission.group_id,
            "submission_id": submission.pk,
            "outcome": outcome,
            "message": "",
            "decided_at": clock.now(),
            "decided_by_id": by.pk,
        },
    )


def test_a_report_is_decided_once_by_another_person_and_never_goes_back(world):
    report = written.submit(world.group, world.leader)
    (submission,) = report.submissions.all()
    refused("report_decided_by_decision", lambda: move_report("accepted", by=world.office))
    refused("report_decision_not_own", lambda: decide(submission, world.leader, "accepted"))
    refused("report_decision_known_outcome", lambda: decide(submission, world.office, "praised"))
    assert decide(submission, world.office, "accepted") == 1
    refused("report_decided_by_decision", lambda: move_report("returned", by=world.office))
    assert move_report("accepted", by=world.office) == 1
    for state in ("draft", "submitted", "returned"):
        refused("reporting_report_moves", partial(move_report, state))
    refused("report_section_open", lambda: execute("UPDATE reporting_reportsection SET text = 'other'"))


def test_a_writer_of_a_section_does_not_decide_about_the_report(world):
    report = written.submit(world.group, world.leader)
    with as_owner():
        ReportSection.objects.filter(key="assess").update(edited_by=world.office)
    (submission,) = report.submissions.all()
    refused("report_decision_not_own", lambda: decide(submission, world.office, "accepted"))
    assert decide(submission, world.stranger, "accepted") == 1


def test_a_report_is_sent_with_its_frozen_copy_and_versions_have_no_gap(world):
    report = written.write_all(world.group, world.leader)
    now = clock.now()
    row = {
        "group_id": world.group.pk,
        "report_id": report.pk,
        "submitted_at": now,
        "submitted_by_id": world.leader.pk,
        "content": "{}",
        "sha256": "0" * 64,
    }
    sent = "UPDATE reporting_report SET state = 'submitted', submitted_at = %(at)s, submitted_by_id = %(by)s"
    values = {"at": now, "by": world.leader.pk}
    refused("report_sent_as_frozen", lambda: execute(sent, values))
    refused("report_submission_numbered", lambda: insert("reporting_reportsubmission", {**row, "number": 2}))
    assert insert("reporting_reportsubmission", {**row, "number": 1}) == 1
    assert execute(sent, values) == 1
    refused(
        "report_submission_while_open", lambda: insert("reporting_reportsubmission", {**row, "number": 2})
    )


def test_only_the_state_of_a_comment_changes_and_it_never_opens_again(world):
    report = written.submit(world.group, world.leader)
    row = {
        "group_id": world.group.pk,
        "report_id": report.pk,
        "section_key": "assess",
        "submission_number": 1,
        "from_office": True,
        "staff_only": False,
        "text": "Which species?",
        "state": "open",
        "written_by_id": world.office.pk,
        "written_at": clock.now(),
    }
    assert insert("reporting_reviewcomment", row) == 1
    refused("comment_kept", lambda: execute("UPDATE reporting_reviewcomment SET text = 'Why?'"))
    assert execute("UPDATE reporting_reviewcomment SET state = 'resolved'") == 1
    refused(
        "reporting_reviewcomment_moves", lambda: execute("UPDATE reporting_reviewcomment SET state = 'open'")
    )


# ---------------------------------------------------------------- Power, conditions, mail


@pytest.mark.parametrize("column", ["is_superuser", "is_staff"])
def test_pages_and_jobs_make_no_superuser(world, column):
    refused("user_power", lambda: execute(f"UPDATE accounts_user SET {column} = true"))
    with pytest.raises(DatabaseError, match="SSC_DB_AS=owner"), transaction.atomic():
        factories.User.objects.create_user("power@example.org", None, **{column: True})
    assert (
        execute("UPDATE accounts_user SET institution = 'Museum' WHERE id = %(id)s", {"id": world.member.pk})
        == 1
    )
    with as_owner():
        assert (
            execute(f"UPDATE accounts_user SET {column} = true WHERE id = %(id)s", {"id": world.member.pk})
            == 1
        )


def test_conditions_are_only_added(world):
    for sql in ("UPDATE members_conditions SET text_en = 'Other'", "DELETE FROM members_conditions"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            execute(sql)
    texts = {"text_en": "New", "text_fr": "Nouveau", "text_es": "Nuevo"}
    later = clock.today() + 30 * DAY
    assert insert("members_conditions", {"version": "later", "valid_from": later, **texts}) == 1
    with as_owner():
        refused(
            "conditions_kept",
            lambda: execute("UPDATE members_conditions SET text_en = 'x' WHERE version <> 'later'"),
        )
        assert execute("UPDATE members_conditions SET text_en = 'Newer' WHERE version = 'later'") == 1


def test_a_mail_that_was_sent_is_not_queued_again(world):
    now = clock.now()
    OutgoingMail.objects.create(
        key="k",
        message_id="m",
        purpose="p",
        to="a@example.org",
        queued_at=now,
        not_before=now,
        state="sending",
    )
    assert execute("UPDATE core_outgoingmail SET state = 'sent', sent_at = now()") >= 1
    refused(
        "mail_sent_once", lambda: execute("UPDATE core_outgoingmail SET state = 'queued' WHERE key = 'k'")
    )


# ---------------------------------------------------------------- The lists are complete


def test_every_guard_and_constraint_is_named_in_the_table_of_the_docs(request):
    table = (request.config.rootpath / "docs/security.md").read_text()
    ours = {name for name in guards.constraints() if name[0].startswith(PORTAL_APPS)}
    names = {name for _table, name in ours} | {guard.name for _table, guard in guards.declared()}
    assert len(names) > 50
    assert sorted(name for name in names if f"`{name}`" not in table) == []


def test_the_database_has_every_declared_trigger_and_constraint(world):
    with as_owner():
        assert tenancy.differences(connection) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("DROP TRIGGER reporting_report_moves ON reporting_report", "reporting_report_moves"),
        ("ALTER TABLE reporting_report DISABLE TRIGGER ALL", "ENABLE TRIGGER"),
        (
            "ALTER TABLE reporting_report DROP CONSTRAINT report_two_people",
            "report_two_people on reporting_report is missing",
        ),
        ("DROP INDEX handshake_one_open", "handshake_one_open on members_handshake is missing"),
        ("ALTER POLICY tenant_read ON reporting_report USING (true)", "CREATE POLICY tenant_read"),
        (
            "CREATE OR REPLACE FUNCTION reporting_report_moves() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RETURN NEW; END'",
            "CREATE OR REPLACE FUNCTION public.reporting_report_moves",
        ),
        ("GRANT UPDATE ON core_auditentry TO ssc_app", "core_auditentry"),
    ],
)
def test_what_a_restore_lost_is_named(db, planted, found):
    with as_owner():
        execute(planted.replace("TRIGGER ALL", "TRIGGER USER"))
        assert any(found in one for one in tenancy.differences(connection))
