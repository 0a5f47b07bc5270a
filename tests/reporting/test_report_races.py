"""Two people at the same moment: two savers, two submitters, two deciders. Each with a control that shows the race."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from core.errors import Conflict, DomainError
from core.models import OutgoingMail
from reporting.models import Report, ReportDecision, ReportSection, ReportSubmission
from reporting.reports import actions as reports
from reporting.review import actions as review
from tests.reporting import written

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts together, each on a connection of its own; answers or errors, in their order."""
    gate = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            gate.wait(10)
            answers[number] = acts[number]()
        except DomainError as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_of_two_savers_one_is_told_and_nothing_is_lost(group, cast):
    written.write(group, "act", cast["LE"], text="Before")
    answers = at_once(
        lambda: written.write(group, "act", cast["LE"], text="Hers", version=1),
        lambda: written.write(group, "act", cast["DE"], text="His", version=1),
    )
    (conflict,) = [answer for answer in answers if isinstance(answer, Conflict)]
    (saved,) = [answer for answer in answers if isinstance(answer, ReportSection)]
    assert {conflict.theirs["text"], conflict.yours["text"]} == {"Hers", "His"}
    assert (saved.text, saved.version) == (conflict.theirs["text"], 2)


def test_two_people_who_begin_the_report_make_one(group, cast):
    answers = at_once(
        lambda: written.write(group, "act", cast["LE"]), lambda: written.write(group, "plan", cast["DE"])
    )
    assert [type(answer) for answer in answers] == [ReportSection, ReportSection]
    with written.inside(group):
        assert Report.objects.count() == 1


def test_two_submissions_at_once_are_one(group, cast):
    report = written.write_all(group, cast["LE"])

    def send():
        with written.inside(group):
            return reports.submit_report(report=report, by=cast["LE"])

    at_once(send, send)
    with written.inside(group):
        assert ReportSubmission.objects.count() == 1
    assert OutgoingMail.objects.filter(purpose="reporting.report_receipt").count() == 1


def test_of_two_deciders_one_decides_and_the_other_is_told(group, cast):
    report = written.submit(group, cast["LE"])
    answers = at_once(
        lambda: written.decide(report, cast["CA"]),
        lambda: written.decide(report, cast["CS"], "returned", message="Not yet"),
    )
    (refused,) = [answer for answer in answers if isinstance(answer, DomainError)]
    assert refused.code == "already_decided"
    with written.inside(group):
        assert ReportDecision.objects.count() == 1


def test_control_without_the_lock_the_second_saver_overwrites(group, cast):
    """What the lock and the version are there for: read both, then write both, and the first text is gone."""
    written.write(group, "act", cast["LE"], text="Before")
    both_have_read = threading.Barrier(2)

    def careless(text):
        with written.inside(group):
            row = ReportSection.objects.get(key="act")
            both_have_read.wait(10)
            row.text, row.version = text, row.version + 1
            row.save(update_fields=["text", "version"])
        return row

    at_once(lambda: careless("Hers"), lambda: careless("His"))
    with written.inside(group):
        row = ReportSection.objects.get(key="act")
    assert row.text in ("Hers", "His")
    assert row.version == 2  # two saves, one version: one of the texts is lost


def test_comment_and_decision_at_once_leave_a_whole_record(group, cast):
    report = written.submit(group, cast["LE"])

    def comment():
        with written.inside(group):
            return review.add_comment(report=report, section_key="act", text="How many?", by=cast["CS"])

    answers = at_once(comment, lambda: written.decide(report, cast["CA"]))
    codes = {answer.code for answer in answers if isinstance(answer, DomainError)}
    # Either the comment came first and prevents accepting, or it came too late.
    assert codes == {"report_locked"}
