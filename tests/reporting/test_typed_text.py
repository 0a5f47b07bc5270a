"""The state changes under an open form: nothing is done, and the person sees what they typed."""

from __future__ import annotations

import html

import pytest
from django.db import transaction
from django.urls import reverse

from core import form_keys, scope
from core.models import KeptReason, KeptText
from reporting.models import Progress, ReportSection, ReviewComment, Target
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.targets import actions as targets
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db
TEXT = "Ten ponds surveyed in « Łódź ».\r\n\r\nThree had newts."


def sent(client, person, url, label, text=TEXT, **fields):
    """Post a text in a form that the portal gave to this person."""
    client.force_login(person)
    name, _colon, _words = label.partition(":")
    key = form_keys.new_key(person.pk)
    return client.post(url, {form_keys.FIELD: key, form_keys.LABEL: label, name: text, **fields})


def assert_not_done(response, person, status=409):
    """The page says that nothing was done, shows the text for copying, and the text is kept for the person."""
    page = html.unescape(response.content.decode())
    assert response.status_code == status
    assert "This was not done" in page
    assert TEXT in page
    row = KeptText.objects.get()
    assert (row.person, row.reason) == (person, KeptReason.REFUSED)


def section_url(group, key="act"):
    return reverse("reporting:report-section", args=[group.slug, YEAR, key])


def test_a_section_whose_report_was_sent_meanwhile_gives_the_text_back(client, group, cast):
    written.submit(group, cast["LE"])
    response = sent(client, cast["DE"], section_url(group), "text:Text", version="1")
    assert_not_done(response, cast["DE"])
    assert "cannot change until they answer" in response.content.decode()
    with transaction.atomic(), scope.group_scope(group):
        assert not ReportSection.objects.filter(text__contains="ponds").exists()


def test_a_text_that_is_too_long_for_a_report_that_was_sent_is_given_back_too(client, group, cast):
    written.submit(group, cast["LE"])
    text = "Long. " * 3000
    response = sent(client, cast["DE"], section_url(group), "text:Text", text=text, version="1")
    assert response.status_code == 409
    assert text.strip() in response.content.decode()


def test_an_answer_to_an_accepted_report_gives_the_text_back(client, group, cast):
    report = written.submit(group, cast["LE"])
    with transaction.atomic(), scope.group_scope(group):
        comment = review.add_comment(report=report, section_key="act", text="How many?", by=cast["CA"])
        review.resolve_comment(comment=comment, by=cast["CA"])
    written.decide(report, cast["CA"])
    assert_not_done(sent(client, cast["LE"], section_url(group), "answer:Your answer"), cast["LE"])


def test_progress_of_a_target_that_was_dropped_meanwhile_gives_the_text_back(client, group, cast):
    target = sets.make_target(sets.make_set(group), 1)
    with transaction.atomic(), scope.group_scope(group):
        targets.drop_target(target=target, by=cast["LE"], why="No money")
    url = reverse("reporting:progress-edit", args=[group.slug, target.pk, sets.NOW])
    assert_not_done(
        sent(client, cast["DE"], url, "text:What changed?", status="on-track", version="0"), cast["DE"]
    )
    with transaction.atomic(), scope.group_scope(group):
        assert not Progress.objects.exists()


def test_a_target_that_two_people_drop_keeps_the_second_reason(client, group, cast):
    target = sets.make_target(sets.make_set(group), 1)
    with transaction.atomic(), scope.group_scope(group):
        targets.drop_target(target=target, by=cast["LE"], why="No money")
    url = reverse("reporting:target-drop", args=[group.slug, target.pk])
    response = sent(client, cast["DE"], url, "why:Why?")
    assert_not_done(response, cast["DE"])
    assert "is dropped" not in response.content.decode()
    with transaction.atomic(), scope.group_scope(group):
        assert Target.objects.get().dropped_why == "No money"


def test_a_comment_and_a_decision_about_a_decided_report_give_the_text_back(client, group, cast):
    report = written.submit(group, cast["LE"])
    last = written.latest(report)
    with transaction.atomic(), scope.group_scope(group):
        review.decide(
            report=report,
            number=last.number,
            sha256=last.sha256,
            outcome="returned",
            message="More",
            by=cast["CA"],
        )
    url = reverse("reporting:report-review", args=[group.slug, YEAR])
    version = {"number": last.number, "sha256": last.sha256, "act": "publish"}
    assert_not_done(sent(client, cast["NS"], url, "message:Message", **version), cast["NS"])


def test_a_decision_about_an_older_version_comes_back_with_the_text_and_the_new_version(client, group, cast):
    report = written.submit(group, cast["LE"])
    first = written.latest(report)
    with transaction.atomic(), scope.group_scope(group):
        review.decide(
            report=report,
            number=first.number,
            sha256=first.sha256,
            outcome="returned",
            message="More",
            by=cast["CA"],
        )
        report.refresh_from_db()
        reports.submit_report(report=report, by=cast["LE"])
    url = reverse("reporting:report-review", args=[group.slug, YEAR])
    version = {"number": first.number, "sha256": first.sha256, "act": "return"}
    response = sent(client, cast["CA"], url, "message:Message", **version)
    assert response.status_code == 409
    form = response.context["form"]
    assert form["message"].value() == TEXT
    assert form["number"].value() == "2"


def test_a_comment_that_is_refused_is_shown_in_its_section(client, group, cast):
    last = written.latest(written.submit(group, cast["LE"]))
    url = reverse("reporting:report-review", args=[group.slug, YEAR])
    version = {"number": last.number, "sha256": last.sha256, "act": "comment"}
    response = sent(client, cast["CA"], url, "comment_act:Comment", text="x" * 4001, **version)
    assert response.status_code == 200
    assert "x" * 4001 in response.content.decode()
    with transaction.atomic(), scope.group_scope(group):
        assert not ReviewComment.objects.exists()


def test_a_kept_text_over_a_newer_version_shows_both_texts_side_by_side(client, group, cast):
    """The session ends, a colleague saves, the person signs in again and presses Save."""
    written.write(group, "act", cast["LE"], text="The first text.")
    sent_out = {
        form_keys.FIELD: form_keys.new_key(cast["LE"].pk),
        form_keys.LABEL: "text:Text",
        "text": TEXT,
        "version": "1",
    }
    client.post(section_url(group), sent_out)
    written.write(group, "act", cast["DE"], text="What a colleague wrote.", version=1)
    client.force_login(cast["LE"])
    form = client.get(section_url(group)).context["form"]
    assert (form["text"].value(), form["version"].value()) == (TEXT, "1")
    response = client.post(
        section_url(group), {**sent_out, form_keys.FIELD: form_keys.new_key(cast["LE"].pk)}
    )
    assert response.status_code == 409
    page = html.unescape(response.content.decode())
    assert "What a colleague wrote." in page
    assert TEXT in page
    with transaction.atomic(), scope.group_scope(group):
        assert ReportSection.objects.get(key="act").text == "What a colleague wrote."
