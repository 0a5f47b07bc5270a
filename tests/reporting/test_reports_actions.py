"""Writing, sharing and sending an annual report."""

from datetime import date, timedelta

import pytest

from core import clock, scope
from core.errors import Conflict, DomainError
from core.mail import limits
from core.models import AuditEntry, OutgoingMail
from groups.models import Appointment
from members.models import Membership, MembershipEnding
from reporting.models import Report, ReportSection
from reporting.publication import snapshot
from reporting.reports import actions
from reporting.reports.queries import section_rows, target_rows
from reporting.states import ReportState
from tests import factories
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db


def test_section_saved_by_a_leader_keeps_text_person_and_version(group, leader):
    row = written.write(group, "act", leader, text="  Two lynx were released.\r\nBoth live.  ")
    assert (row.text, row.version, row.edited_by, row.is_complete) == (
        "Two lynx were released.\nBoth live.",
        1,
        leader,
        True,
    )


def test_second_saver_is_told_and_both_texts_are_carried(group, cast):
    written.write(group, "act", cast["LE"], text="Hers")
    with pytest.raises(Conflict) as refused:
        written.write(group, "act", cast["DE"], text="His", version=0)
    assert (refused.value.theirs, refused.value.yours) == ({"text": "Hers"}, {"text": "His"})
    with scope.group_scope(group):
        assert ReportSection.objects.get(key="act").text == "Hers"


def test_saving_the_same_twice_changes_nothing(group, leader):
    first = written.write(group, "act", leader, text="Once")
    again = written.write(group, "act", leader, text="Once")
    assert (again.pk, again.version) == (first.pk, 1)
    with scope.group_scope(group):
        assert AuditEntry.objects.filter(verb="reporting.section_saved").count() == 1


def test_empty_section_is_not_called_complete(group, leader):
    with pytest.raises(DomainError) as refused:
        written.write(group, "act", leader, text=" \n ")
    assert refused.value.code == "report_incomplete"
    assert written.write(group, "act", leader, text="", is_complete=False).text == ""


@pytest.mark.parametrize("role", ["LE", "DE", "RL", "PO"])
def test_writers_write_every_section(group, cast, role):
    for key in written.section_keys():
        assert written.write(group, key, cast[role]).edited_by == cast[role]


def test_treasurer_writes_the_money_section_and_no_other(group, cast):
    for key in written.section_keys():
        if key == "money":
            assert written.write(group, key, cast["TR"]).text
        else:
            with pytest.raises(DomainError) as refused:
                written.write(group, key, cast["TR"])
            assert refused.value.code == "not-allowed"


@pytest.mark.parametrize("role", ["ME", "FP", "NS", "CS", "CA", "SC", "DC", "SM", "RR", "SU", "OM", "AP"])
def test_everybody_else_writes_nothing(group, cast, role):
    with pytest.raises(DomainError) as refused:
        written.write(group, "act", cast[role])
    assert refused.value.code == "not-allowed"
    with scope.group_scope(group):
        assert not ReportSection.objects.exists()
        assert not Report.objects.exists()


def test_leader_of_another_group_writes_nothing(group, cast):
    with pytest.raises(DomainError):
        written.write(group, "act", cast.other["LE"])


def test_report_does_not_begin_before_the_year_opens(group, leader, settings):
    settings.CLOCK_SHIFT = date(2026, 10, 31) - clock.today()
    with pytest.raises(DomainError) as refused:
        written.write(group, "act", leader)
    assert refused.value.code == "report_not_open"
    with scope.group_scope(group):
        assert not Report.objects.exists()


def test_group_that_ended_before_the_year_did_owes_no_report(group, leader):
    group.closed_on = date(YEAR, 6, 30)
    group.save()
    with pytest.raises(DomainError) as refused:
        written.write(group, "act", leader)
    assert refused.value.code == "report_not_open"


def test_submitting_freezes_what_was_written(group, leader):
    report = written.submit(group, leader, summary="The year in one sentence.")
    last = written.latest(report)
    assert (report.state, report.submitted_by, last.number) == (ReportState.SUBMITTED, leader, 1)
    assert last.sha256 == snapshot.digest(last.content)
    texts = {one["key"]: one["text"] for one in last.content["sections"]}
    assert texts["summary"] == "The year in one sentence."
    assert list(texts) == written.section_keys()


def test_submitting_twice_is_one_submission_and_one_receipt(group, leader):
    report = written.submit(group, leader)
    with scope.group_scope(group):
        actions.submit_report(report=report, by=leader)
        assert report.submissions.count() == 1
    assert OutgoingMail.objects.filter(purpose="reporting.report_receipt").count() == 1


def test_receipt_goes_to_each_leader_and_a_note_to_network_support(group, cast):
    written.submit(group, cast["LE"])
    sent = {(mail.purpose, mail.recipient) for mail in OutgoingMail.objects.all()}
    assert sent == {("reporting.report_receipt", cast["LE"]), ("reporting.report_arrived", cast["NS"])}


def test_report_with_an_open_section_is_not_sent(group, leader):
    report = written.write_all(group, leader)
    written.write(group, "act", leader, text="Not yet", is_complete=False, version=1)
    with scope.group_scope(group), pytest.raises(DomainError) as refused:
        actions.submit_report(report=report, by=leader)
    assert refused.value.code == "report_incomplete"
    assert "Act" in str(refused.value)


@pytest.mark.parametrize("role", ["DE", "RL", "PO", "TR", "FP", "ME", "NS", "CA", "SU"])
def test_only_a_leader_sends(group, cast, role):
    report = written.write_all(group, cast["LE"])
    with scope.group_scope(group), pytest.raises(DomainError) as refused:
        actions.submit_report(report=report, by=cast[role])
    assert refused.value.code == "not-allowed"


def test_leader_whose_term_ended_sends_nothing(group, cast):
    report = written.write_all(group, cast["LE"])
    with scope.group_scope(group):
        appointment = Appointment.objects.get(person=cast["LE"], office="chair")
    factories.end_appointment(appointment)
    with scope.group_scope(group), pytest.raises(DomainError):
        actions.submit_report(report=report, by=cast["LE"])


def test_what_changed_after_the_page_was_shown_is_not_sent_unread(group, cast):
    report = written.write_all(group, cast["LE"])
    with scope.group_scope(group):
        shown = actions.revision_of(section_rows(report, written.year()), target_rows(group, written.year()))
    written.write(group, "act", cast["DE"], text="A late thought", version=1)
    with scope.group_scope(group):
        with pytest.raises(DomainError) as refused:
            actions.submit_report(report=report, by=cast["LE"], revision=shown)
        assert refused.value.code == "moved_on"
        now = actions.revision_of(section_rows(report, written.year()), target_rows(group, written.year()))
        assert (
            actions.submit_report(report=report, by=cast["LE"], revision=now).state == ReportState.SUBMITTED
        )


def test_sent_report_does_not_change(group, leader):
    written.submit(group, leader)
    with pytest.raises(DomainError) as refused:
        written.write(group, "act", leader, text="Too late", version=1)
    assert refused.value.code == "report_locked"


def test_member_with_a_grant_writes_until_its_last_day_and_not_after(group, cast, settings):
    last = clock.today() + timedelta(days=3)
    with scope.group_scope(group):
        actions.share_report(group=group, year=written.year(), person=cast["ME"], ends_on=last, by=cast["LE"])
    assert written.write(group, "plan", cast["ME"]).edited_by == cast["ME"]
    settings.CLOCK_SHIFT = timedelta(days=3)
    assert written.write(group, "act", cast["ME"]).edited_by == cast["ME"]
    settings.CLOCK_SHIFT = timedelta(days=4)
    with pytest.raises(DomainError):
        written.write(group, "assess", cast["ME"])


def test_grant_never_sends_the_report(group, cast):
    report = written.write_all(group, cast["LE"])
    with scope.group_scope(group):
        actions.share_report(
            group=group, year=written.year(), person=cast["ME"], ends_on=clock.today(), by=cast["LE"]
        )
        with pytest.raises(DomainError):
            actions.submit_report(report=report, by=cast["ME"])


def test_grant_ends_at_once_and_with_the_membership(group, cast):
    with scope.group_scope(group):
        grant = actions.share_report(
            group=group, year=written.year(), person=cast["ME"], ends_on=date(2027, 1, 31), by=cast["LE"]
        )
    written.write(group, "plan", cast["ME"])
    with scope.group_scope(group):
        actions.end_share(grant=grant, by=cast["LE"])
    with pytest.raises(DomainError):
        written.write(group, "act", cast["ME"])
    with scope.group_scope(group):
        actions.share_report(
            group=group, year=written.year(), person=cast["ME"], ends_on=date(2027, 1, 31), by=cast["LE"]
        )
        membership = Membership.objects.get(person=cast["ME"])
        MembershipEnding.objects.create(group=group, membership=membership, from_day=clock.today())
    with pytest.raises(DomainError):
        written.write(group, "act", cast["ME"])


@pytest.mark.parametrize("role", ["DE", "PO", "NS", "CA", "ME"])
def test_only_a_leader_shares(group, cast, role):
    with scope.group_scope(group), pytest.raises(DomainError):
        actions.share_report(
            group=group, year=written.year(), person=cast["ME"], ends_on=clock.today(), by=cast[role]
        )


def test_report_is_not_shared_with_strangers(group, cast, stranger):
    with scope.group_scope(group), pytest.raises(DomainError):
        actions.share_report(
            group=group, year=written.year(), person=stranger, ends_on=clock.today(), by=cast["LE"]
        )


def test_frozen_content_holds_targets_with_progress_up_to_the_year(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    target = sets.make_target(target_set, 7, text="Reassess 12 cats")
    sets.make_progress(target, cast["RL"], 2026, "achieved", quantity=11)
    sets.make_progress(target, cast["RL"], 2027, "behind", quantity=12)
    report = written.submit(group, cast["LE"])
    (frozen,) = written.latest(report).content["targets"]
    assert (frozen["code"], frozen["quantity"], frozen["text"]) == ("T-007", "12.00", "Reassess 12 cats")
    assert frozen["progress"] == [{"year": 2026, "status": "achieved", "quantity": "11.00", "text": ""}]
    assert set(written.latest(report).content["names"]["statuses"]) == {"achieved"}


def test_frozen_content_counts_members_of_the_year_only(group, cast):
    before = written.latest(written.submit(group, cast["LE"])).content["members"]
    with scope.group_scope(group):
        assert snapshot.members_in(2026) == before == 8  # the seven offices of the cast and the member
        assert snapshot.members_in(2025) == 0


def test_one_member_gets_three_mails_a_day_about_a_share_of_one_report(group, cast):
    def share(person, day=31):
        with scope.group_scope(group):
            return actions.share_report(
                group=group, year=written.year(), person=person, ends_on=date(2027, 1, day), by=cast["LE"]
            )

    for number in range(limits.SHARES.count):
        share(cast["ME"], 10 + number)
    with pytest.raises(limits.TooManyMails) as refusal:
        share(cast["ME"])
    assert "You can share it again after" in str(refusal.value)
    assert OutgoingMail.objects.filter(recipient=cast["ME"]).count() == limits.SHARES.count
    share(cast["PO"])
