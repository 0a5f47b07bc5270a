"""Acts in any order: states change only as MOVES allows, versions only grow, decisions never change."""

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from core import scope
from core.errors import DomainError
from reporting.models import Report, ReportDecision, ReportSubmission
from reporting.publication import snapshot
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.states import MOVES, ReportState
from tests.reporting import written

ACTS = ("write", "submit", "accept", "return", "comment", "answer", "settle")


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(["LE", "DE", "CA", "CS", "ME"])), max_size=9
    )
)
def test_reports_move_along_the_table_whatever_people_try(group, cast, acts):
    with transaction.atomic():
        report = written.write_all(group, cast["LE"])
        state = report.state
        frozen: dict[int, str] = {}
        for number, (act, role) in enumerate(acts):
            before = _counts(group)
            try:
                _try(act, group, report, cast[role], number)
            except DomainError:
                assert _counts(group) == before  # a refusal leaves nothing behind
            with scope.group_scope(group):
                report = Report.objects.get()
                assert report.state == state or report.state in MOVES[ReportState(state)]
                if report.state in (ReportState.ACCEPTED, ReportState.RETURNED):
                    assert report.decided_by_id not in (report.submitted_by_id, cast["LE"].pk)
                state = report.state
                for one in ReportSubmission.objects.all():
                    assert (
                        frozen.setdefault(one.number, one.sha256)
                        == one.sha256
                        == snapshot.digest(one.content)
                    )
                assert sorted(frozen) == list(range(1, len(frozen) + 1))
        transaction.set_rollback(True)


def _counts(group):
    with scope.group_scope(group):
        return (ReportSubmission.objects.count(), ReportDecision.objects.count())


def _try(act, group, report, person, number):
    with scope.group_scope(group):
        row = report.sections.get(key="act")
        comment = report.comments.filter(from_office=True).last()
    if act == "write":
        written.write(group, "act", person, text=f"Text {number}", version=row.version)
    elif act in ("accept", "return"):
        with scope.group_scope(group):
            last = report.submissions.last()
            review.decide(
                report=report,
                number=last.number if last else 1,
                sha256=last.sha256 if last else "",
                outcome=ReportState.ACCEPTED if act == "accept" else ReportState.RETURNED,
                message="A word",
                by=person,
            )
    else:
        with scope.group_scope(group):
            if act == "submit":
                reports.submit_report(report=report, by=person)
            elif act == "comment":
                review.add_comment(report=report, section_key="act", text=f"Comment {number}", by=person)
            elif act == "answer":
                reports.answer_comment(report=report, section_key="act", text=f"Answer {number}", by=person)
            elif comment is not None:
                review.resolve_comment(comment=comment, by=person)
