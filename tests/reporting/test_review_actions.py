"""The Chair's Office comments, decides and extends. People with an interest in the report may not decide."""

from datetime import date, timedelta

import pytest

from core import clock, scope
from core.errors import DomainError
from core.models import OutgoingMail
from groups.models import Appointment
from reporting.models import Report, ReportDecision
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.review.queries import review_of
from reporting.states import MOVES, CommentState, ReportState
from reporting.summary import report_lines, report_standing
from tests import factories
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db


def comment(group, report, by, text="How many members took part?", key="act", **more):
    with scope.group_scope(group):
        return review.add_comment(report=report, section_key=key, text=text, by=by, **more)


@pytest.mark.parametrize("role", ["NS", "CS", "CA"])
def test_office_accepts_and_the_report_is_published_at_that_moment(group, cast, role):
    report = written.submit(group, cast["LE"])
    decision = written.decide(report, cast[role])
    with scope.group_scope(group):
        report.refresh_from_db()
    assert (report.state, report.decided_by, report.decided_at) == (
        ReportState.ACCEPTED,
        cast[role],
        decision.decided_at,
    )


@pytest.mark.parametrize("role", ["LE", "DE", "ME", "RL", "SC", "DC", "SM", "RR", "SU", "OM"])
def test_nobody_else_decides(group, cast, role):
    report = written.submit(group, cast["LE"])
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast[role])
    assert refused.value.code == "not-allowed"


def test_network_support_of_another_group_does_not_decide(group, cast):
    report = written.submit(group, cast["LE"])
    with pytest.raises(DomainError):
        written.decide(report, cast.other["NS"])


def test_reviewer_who_leads_the_group_does_not_decide(group, cast):
    report = written.submit(group, cast["LE"])
    factories.appoint(group, cast["CA"], "co_chair")
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast["CA"])
    assert "office in this group" in str(refused.value)


def test_reviewer_who_once_wrote_in_the_report_does_not_decide(group, cast):
    """The office ended since; the writing stays theirs."""
    appointment = factories.appoint(group, cast["CS"], "programme_officer")
    written.write(group, "act", cast["CS"], text="Written while in office")
    factories.end_appointment(appointment)
    for key in written.section_keys():
        version = 1 if key == "act" else 0
        written.write(group, key, cast["LE"], text=f"Leader on {key}", version=version)
    with scope.group_scope(group):
        report = reports.submit_report(report=Report.objects.get(), by=cast["LE"])
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast["CS"])
    assert "worked on this report" in str(refused.value)
    assert written.decide(report, cast["CA"]).outcome == "accepted"


def test_reviewer_who_recorded_progress_of_the_year_does_not_decide(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    sets.make_progress(sets.make_target(target_set, 1), cast["NS"])
    report = written.submit(group, cast["LE"])
    with pytest.raises(DomainError):
        written.decide(report, cast["NS"])


def test_sender_who_became_staff_does_not_decide(group, cast):
    report = written.submit(group, cast["LE"])
    factories.appoint_network(cast["LE"], "CA")
    with scope.group_scope(group):
        appointment = Appointment.objects.get(person=cast["LE"], office="chair")
    factories.end_appointment(appointment)
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast["LE"])
    assert "sent this report" in str(refused.value)


def test_decision_about_an_older_version_is_refused(group, cast):
    report = written.submit(group, cast["LE"])
    first = written.latest(report)
    written.decide(report, cast["CA"], "returned", message="Say more about Act")
    written.write(group, "act", cast["LE"], text="More about Act", version=1)
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
        with pytest.raises(DomainError) as refused:
            review.decide(
                report=report,
                number=first.number,
                sha256=first.sha256,
                outcome="accepted",
                message="",
                by=cast["CA"],
            )
    assert refused.value.code == "moved_on"
    assert "version 2" in str(refused.value)


def test_decision_with_a_forged_digest_is_refused(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group), pytest.raises(DomainError) as refused:
        review.decide(report=report, number=1, sha256="0" * 64, outcome="accepted", message="", by=cast["CA"])
    assert refused.value.code == "moved_on"


def test_deciding_twice_is_one_decision_and_one_mail_for_each_leader(group, cast):
    report = written.submit(group, cast["LE"])
    first, second = written.decide(report, cast["CA"]), written.decide(report, cast["CA"])
    assert first.pk == second.pk
    assert OutgoingMail.objects.filter(purpose="reporting.report_accepted").count() == 1


def test_second_person_is_told_who_decided(group, cast):
    report = written.submit(group, cast["LE"])
    written.decide(report, cast["CA"])
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast["CS"], "returned", message="No")
    assert (refused.value.code, cast["CA"].name in str(refused.value)) == ("already_decided", True)
    with scope.group_scope(group):
        assert ReportDecision.objects.count() == 1


def test_sending_back_asks_for_words(group, cast):
    report = written.submit(group, cast["LE"])
    with pytest.raises(DomainError):
        written.decide(report, cast["CA"], "returned")
    comment(group, report, cast["CA"])
    assert written.decide(report, cast["CA"], "returned").outcome == "returned"


def test_all_open_comments_reach_each_leader_in_one_mail(group, cast):
    report = written.submit(group, cast["LE"])
    comment(group, report, cast["CA"], "How many members?", "act")
    comment(group, report, cast["CA"], "Which donor?", "money")
    comment(group, report, cast["CA"], "Between us: ask finance", "money", staff_only=True)
    written.decide(report, cast["CA"], "returned", message="Two questions.")
    (mail,) = OutgoingMail.objects.filter(purpose="reporting.report_returned")
    assert mail.recipient == cast["LE"]
    for part in (mail.text, mail.html):
        assert "How many members?" in part
        assert "Which donor?" in part
        assert "Two questions." in part
        assert "Between us" not in part


def test_report_with_an_open_comment_is_not_accepted_before_it_is_settled(group, cast):
    report = written.submit(group, cast["LE"])
    asked = comment(group, report, cast["CA"])
    with pytest.raises(DomainError) as refused:
        written.decide(report, cast["CA"])
    assert "still open" in str(refused.value)
    with scope.group_scope(group):
        review.resolve_comment(comment=asked, by=cast["CA"])
    assert written.decide(report, cast["CA"]).outcome == "accepted"


def test_leader_answers_resends_and_the_office_accepts(group, cast):
    report = written.submit(group, cast["LE"])
    asked = comment(group, report, cast["NS"])
    written.decide(report, cast["NS"], "returned")
    with scope.group_scope(group):
        reports.answer_comment(report=report, section_key="act", text="Twenty-six.", by=cast["LE"])
        asked.refresh_from_db()
        assert asked.state == CommentState.ANSWERED
    written.write(group, "act", cast["LE"], text="With 26 members.", version=1)
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
    assert written.latest(report).number == 2
    assert written.decide(report, cast["NS"]).outcome == "accepted"


def test_accepted_report_takes_no_comment_no_answer_and_no_text(group, cast):
    report = written.publish(group, cast["LE"], cast["CA"])
    for act in (
        lambda: comment(group, report, cast["CA"]),
        lambda: written.write(group, "act", cast["LE"], text="New", version=1),
        lambda: reports.answer_comment(report=report, section_key="act", text="New", by=cast["LE"]),
        lambda: reports.submit_report(report=report, by=cast["LE"]),
    ):
        with scope.group_scope(group), pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "report_locked"


def test_comment_before_anything_was_sent_is_refused(group, cast):
    report = written.write_all(group, cast["LE"])
    with pytest.raises(DomainError):
        comment(group, report, cast["CA"])
    with pytest.raises(DomainError), scope.group_scope(group):
        review.decide(report=report, number=1, sha256="", outcome="accepted", message="", by=cast["CA"])


def test_extension_moves_the_one_deadline_and_tells_the_leaders(group, cast):
    with scope.group_scope(group):
        report = review.extend_deadline(
            group=group, year=written.year(), to=date(2027, 3, 31), why="Floods", by=cast["NS"]
        )
    assert report.due_on == date(2027, 3, 31)
    (mail,) = OutgoingMail.objects.filter(purpose="reporting.report_extended")
    assert "Floods" in mail.text


@pytest.mark.parametrize("day", [date(2027, 1, 31), date(2026, 12, 1)])
def test_extension_to_an_earlier_day_is_refused(group, cast, day):
    with scope.group_scope(group), pytest.raises(DomainError) as refused:
        review.extend_deadline(group=group, year=written.year(), to=day, why="-", by=cast["CA"])
    assert refused.value.code == "wrong_deadline"


@pytest.mark.parametrize("role", ["LE", "DE", "ME", "SC"])
def test_only_the_office_extends(group, cast, role):
    with scope.group_scope(group), pytest.raises(DomainError):
        review.extend_deadline(
            group=group, year=written.year(), to=clock.today() + timedelta(days=200), why="-", by=cast[role]
        )


def test_states_move_only_along_the_table():
    """What the acts above did, as a table: nothing leaves acceptance, nothing skips the office."""
    assert ReportState.ACCEPTED not in MOVES
    assert MOVES[ReportState.DRAFT] == {ReportState.SUBMITTED}
    assert YEAR == written.year().year


def test_timeliness_is_that_of_the_first_version_whatever_follows(group, cast):
    """The report came by its extended deadline. A return and a second version change nothing about that."""
    year = written.year()
    later, answer = year.due_on + timedelta(days=30), year.due_on + timedelta(days=60)
    with scope.group_scope(group):
        review.extend_deadline(group=group, year=year, to=later, why="Floods", by=cast["NS"])
    report = written.submit(group, cast["LE"])
    first = written.latest(report)
    assert (first.due_on, first.is_late) == (later, False)
    written.decide(report, cast["NS"], "returned", message="One question.", answer_by=answer)
    with scope.group_scope(group):
        report.refresh_from_db()
    assert (report.due_on, report.extended_to, report.extended_why) == (answer, later, "Floods")
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
        first, second = report.submissions.all()
        lines = {line.group_id: line for line in report_lines([group.pk], [year.year])}
    assert (first.due_on, second.due_on) == (later, answer)
    standing = report_standing(year, lines[group.pk], answer + timedelta(days=99))
    assert (standing.on_time, standing.first_due_on, standing.due_on) == (True, later, later)
    assert standing.first_sent_at == first.submitted_at


def test_a_report_that_came_late_stays_late_after_it_was_sent_back(group, cast, settings):
    year = written.year()
    report = written.write_all(group, cast["LE"])
    settings.CLOCK_SHIFT = timedelta(days=(year.due_on - clock.today()).days + 3)
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
    written.decide(
        report, cast["NS"], "returned", message="Why?", answer_by=clock.today() + timedelta(days=20)
    )
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
        first, second = report.submissions.all()
        (line,) = report_lines([group.pk], [year.year])
        (told,) = [one for one in review_of(report, notes=True).checks if "First sent" in one.text]
    assert (first.is_late, second.is_late) == (True, False)
    assert report_standing(year, line, clock.today()).on_time is False
    assert (told.kind, "after the deadline of" in told.text) == ("late", True)
