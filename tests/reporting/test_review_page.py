"""The review page is one form: comments, notes, settled comments and the decision are sent together."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core import scope
from core.models import OutgoingMail
from reporting.models import ReportDecision, ReviewComment
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.states import CommentState, ReportState
from tests import factories
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    factories.sign_in(client, person)
    return client


def review_url(group):
    return reverse("reporting:report-review", args=[group.slug, YEAR])


def send(group, person, act, **typed):
    """The page's form about the last version, with this button pressed."""
    with scope.group_scope(group):
        report = written.year()
        last = reports.Report.objects.get(group=group, reporting_year=report).submissions.last()
    data = {"number": last.number, "sha256": last.sha256, "act": act, **typed}
    return signed_in(person).post(review_url(group), data)


def state_of(group):
    with scope.group_scope(group):
        return reports.Report.objects.get(reporting_year=YEAR).state


def comments_of(group):
    with scope.group_scope(group):
        return [(one.section_key, one.text, one.staff_only) for one in ReviewComment.objects.order_by("pk")]


def test_comments_on_several_sections_and_the_decision_are_saved_together(group, cast):
    written.submit(group, cast["LE"])
    answer = send(
        group,
        cast["CA"],
        "return",
        comment_act="Who took part?",
        comment_money="Ask finance",
        staff_money="on",
        message="Two questions.",
    )
    assert (answer.status_code, state_of(group)) == (302, ReportState.RETURNED)
    assert sorted(comments_of(group)) == [("act", "Who took part?", False), ("money", "Ask finance", True)]
    (mail,) = OutgoingMail.objects.filter(purpose="reporting.report_returned")
    assert ("Who took part?" in mail.text, "Ask finance" in mail.text) == (True, False)


def test_comments_are_saved_without_a_decision(group, cast):
    written.submit(group, cast["LE"])
    assert send(group, cast["CA"], "comment", comment_act="Who took part?").status_code == 302
    assert (state_of(group), comments_of(group)) == (
        ReportState.SUBMITTED,
        [("act", "Who took part?", False)],
    )


def test_a_decision_that_is_refused_saves_no_comment_and_keeps_every_text(group, cast):
    """The group sent version 2 while the reviewer wrote about version 1."""
    report = written.submit(group, cast["LE"])
    first = written.latest(report)
    written.decide(report, cast["CS"], "returned", message="Again.")
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
    client = signed_in(cast["CA"])
    typed = {"comment_act": "Who took part?", "comment_plan": "When?", "message": "My long message"}
    answer = client.post(
        review_url(group), {"number": first.number, "sha256": first.sha256, "act": "return", **typed}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in page for text in typed.values())
    assert comments_of(group) == []
    # The page is about version 2 now, so the same texts can be sent.
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in ("number", "sha256")
    }
    assert client.post(review_url(group), {**fields, "act": "return", **typed}).status_code == 302
    assert {text for _key, text, _staff in comments_of(group)} == {"Who took part?", "When?"}


def test_before_publishing_a_page_shows_all_that_becomes_public(group, cast):
    """The whole text of a target, its progress text and each section: nothing is cut."""
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    long_text = "Reassess " + "every small cat of the Andes, " * 10 + "and tell the end."
    target = sets.make_target(target_set, 1, text=long_text)
    sets.make_progress(
        target, cast["RL"], YEAR, text="We met in Bhutan and " + "counted cats, " * 20 + "twice."
    )
    written.submit(group, cast["LE"], summary="A good year for cats.")
    public = [long_text, "counted cats, twice.", "A good year for cats."]

    review_page = signed_in(cast["CA"]).get(review_url(group)).content.decode()
    assert [text for text in public if text not in review_page] == []
    asked = send(group, cast["CA"], "check", message="Thank you.", comment_act="For us", staff_act="on")
    assert (asked.status_code, state_of(group)) == (200, ReportState.SUBMITTED)
    page = asked.content.decode()
    assert [text for text in public if text not in page] == []
    assert cast["LE"].name in page

    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = signed_in(cast["CA"]).post(review_url(group), {**fields, "act": "publish"})
    assert (answer.status_code, state_of(group)) == (302, ReportState.ACCEPTED)
    assert comments_of(group) == [("act", "For us", True)]
    with scope.group_scope(group):
        assert ReportDecision.objects.get().message == "Thank you."
    published = Client().get(reverse("reporting:published-detail", args=[group.slug, YEAR])).content.decode()
    assert [text for text in public if text not in published] == []


def test_back_from_the_page_before_publishing_keeps_what_was_typed(group, cast):
    written.submit(group, cast["LE"])
    page = send(group, cast["CA"], "edit", message="Thank you.", comment_act="For us", staff_act="on")
    text = page.content.decode()
    assert ("Thank you." in text, "For us" in text, state_of(group)) == (True, True, ReportState.SUBMITTED)
    assert re.search(r'name="staff_act"[^>]*checked', text)
    assert comments_of(group) == []


def test_accepting_asks_about_open_and_typed_comments_first(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group):
        asked = review.add_comment(report=report, section_key="act", text="Who?", by=cast["CA"])
    refused = send(group, cast["CA"], "check").content.decode()
    assert "1 comment is open. Mark it as settled, or send the report back." in refused
    refused = send(group, cast["CA"], "check", settled=asked.pk, comment_plan="When?").content.decode()
    assert "Send the report back with this comment" in refused
    assert send(group, cast["CA"], "publish", settled=asked.pk).status_code == 302
    assert state_of(group) == ReportState.ACCEPTED
    with scope.group_scope(group):
        asked.refresh_from_db()
    assert asked.state == CommentState.RESOLVED


def test_comments_of_another_group_cannot_be_settled(group, other_group, cast):
    written.submit(group, cast["LE"])
    elsewhere = written.submit(other_group, cast.other["LE"])
    with scope.group_scope(other_group):
        asked = review.add_comment(report=elsewhere, section_key="act", text="Who?", by=cast["CA"])
    refused = send(group, cast["CA"], "comment", settled=asked.pk, message="My message")
    assert (refused.status_code, "My message" in refused.content.decode()) == (200, True)
    with scope.group_scope(other_group):
        asked.refresh_from_db()
    assert asked.state == CommentState.OPEN


def test_text_and_answer_of_a_section_are_saved_together(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group):
        review.add_comment(report=report, section_key="act", text="Who took part?", by=cast["CA"])
    written.decide(report, cast["CA"], "returned")
    url = reverse("reporting:report-section", args=[group.slug, YEAR, "act"])
    data = {"text": "With 26 members.", "is_complete": "on", "version": "1", "answer": "Twenty-six."}
    assert signed_in(cast["LE"]).post(url, data).status_code == 302
    with scope.group_scope(group):
        section = report.sections.get(key="act")
        asked, answer = report.comments.order_by("pk")
    assert (section.text, answer.text, asked.state) == (
        "With 26 members.",
        "Twenty-six.",
        CommentState.ANSWERED,
    )


def test_a_conflict_over_the_text_keeps_the_answer_too(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group):
        review.add_comment(report=report, section_key="act", text="Who took part?", by=cast["CA"])
    written.decide(report, cast["CA"], "returned")
    written.write(group, "act", cast["DE"], text="The deputy wrote this.", version=1)
    url = reverse("reporting:report-section", args=[group.slug, YEAR, "act"])
    data = {"text": "With 26 members.", "is_complete": "on", "version": "1", "answer": "Twenty-six."}
    refused = signed_in(cast["LE"]).post(url, data)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert all(text in page for text in ("With 26 members.", "Twenty-six.", "The deputy wrote this."))
    with scope.group_scope(group):
        assert report.comments.filter(from_office=False).count() == 0


def test_while_the_office_reviews_a_writer_can_answer_and_not_write(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group):
        review.add_comment(report=report, section_key="act", text="Who took part?", by=cast["CA"])
    client = signed_in(cast["LE"])
    url = reverse("reporting:report-section", args=[group.slug, YEAR, "act"])
    page = client.get(url).content.decode()
    assert ('name="answer"' in page, 'name="text"' in page) == (True, False)
    assert client.post(url, {"answer": "Twenty-six."}).status_code == 302
    with scope.group_scope(group):
        assert report.sections.get(key="act").version == 1
        assert report.comments.filter(from_office=False, text="Twenty-six.").exists()
