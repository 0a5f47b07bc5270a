"""The command check_stored: it finds nothing in good data, and finds changes made outside the portal."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import clock, scope
from office import integrity
from reporting.models import Report, ReportingYear, ReportSubmission
from reporting.states import ReportState
from tests.pg.owner import as_owner


def asked():
    out = io.StringIO()
    call_command("check_stored", data_only=True, stdout=out)  # the comparison has its tests in test_backup.py
    return out.getvalue()


def test_sound_data_passes(cast):
    answer = asked()
    assert "FAIL" not in answer
    assert answer.count("ok") == 7


def test_an_accepted_report_without_a_decision_is_seen(group, cast):
    year = ReportingYear.objects.get(year=2025)
    with scope.group_scope(group), as_owner():
        Report.objects.create(
            group=group,
            reporting_year=year,
            template=year.template,
            state=ReportState.ACCEPTED,
            submitted_by=cast["LE"],
            submitted_at=clock.now(),
            decided_by=cast["CS"],
            decided_at=clock.now(),
        )
    with pytest.raises(CommandError, match="1 things"):
        asked()


def test_a_changed_copy_of_a_sent_report_is_seen(group, cast):
    year = ReportingYear.objects.get(year=2025)
    with scope.group_scope(group):
        report = Report.objects.create(group=group, reporting_year=year, template=year.template)
        ReportSubmission.objects.create(
            group=group,
            report=report,
            number=1,
            submitted_at=clock.now(),
            submitted_by=cast["LE"],
            content={"a": 1},
            sha256="0" * 64,
        )
    with pytest.raises(CommandError):
        asked()


def test_a_table_without_policy_and_a_right_too_many_are_seen(cast):
    assert integrity.tables_without_policy() == []
    assert integrity.rights_too_many() == []
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE planted (id int, group_id bigint)")
            cursor.execute("GRANT UPDATE ON core_auditentry TO ssc_app")
        assert integrity.tables_without_policy() == ["planted"]
        assert integrity.rights_too_many() == ["ssc_app can change core_auditentry"]
        transaction.set_rollback(True)
