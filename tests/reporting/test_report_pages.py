"""Pages of the annual report in a browser without script."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import scope
from core.models import OutgoingMail
from reporting.models import Report, ReportSection
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.states import ReportState
from tests import factories
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script><img src="http://127.0.0.1:9/x">'


def signed_in(person):
    client = Client()
    factories.sign_in(client, person)
    return client


def address(name, group, *more):
    return reverse(f"reporting:{name}", args=[group.slug, YEAR, *more])


def html(response):
    return response.content.decode()


def test_overview_before_anything_is_written_shows_all_sections(group, leader):
    page = html(signed_in(leader).get(address("report-detail", group)))
    assert page.count("Not begun") == len(written.section_keys())
    assert "31 January 2027" in page


def test_section_is_written_and_leads_to_the_next(group, leader):
    client = signed_in(leader)
    response = client.post(
        address("report-section", group, "plan"), {"text": "A plan", "version": "0", "is_complete": "on"}
    )
    assert response["Location"] == address("report-section", group, "act")
    with scope.group_scope(group):
        assert ReportSection.objects.get(key="plan").is_complete


def test_save_and_return_later_goes_to_the_overview(group, leader):
    response = signed_in(leader).post(
        address("report-section", group, "plan"), {"text": "Half", "version": "0", "later": "1"}
    )
    assert response["Location"] == address("report-detail", group)


def test_second_saver_sees_both_texts_and_can_merge(group, cast):
    written.write(group, "plan", cast["DE"], text="The deputy's words")
    client, url = signed_in(cast["LE"]), address("report-section", group, "plan")
    response = client.post(url, {"text": "The leader's words", "version": "0"})
    page = html(response)
    assert response.status_code == 409
    assert "The deputy&#x27;s words" in page
    assert "The leader&#x27;s words" in page
    assert "<title>Error:" in page
    assert client.post(url, {"text": "Both", "version": "1"}).status_code == 302
    with scope.group_scope(group):
        assert ReportSection.objects.get(key="plan").text == "Both"


def test_too_long_a_text_is_kept_and_says_by_how_much(group, leader):
    page = html(
        signed_in(leader).post(address("report-section", group, "plan"), {"text": "x" * 6007, "version": "0"})
    )
    assert "Shorten the text by 7 characters" in page
    assert "x" * 6007 in page


def test_treasurer_is_refused_on_another_section_without_losing_the_page(group, cast):
    response = signed_in(cast["TR"]).post(
        address("report-section", group, "plan"), {"text": "Mine", "version": "0"}
    )
    assert "written by others" in html(response)
    with scope.group_scope(group):
        assert not ReportSection.objects.exists()


def test_section_that_is_not_in_the_template_does_not_exist(group, leader):
    assert signed_in(leader).get(address("report-section", group, "nothing")).status_code == 404


def test_year_without_reports_does_not_exist(group, leader):
    assert signed_in(leader).get(f"/en/g/{group.slug}/report/1999/").status_code == 404


def test_section_of_the_cycle_shows_targets_and_what_is_missing(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    sets.make_progress(sets.make_target(target_set, 1, text="Reassess lynx"), cast["RL"], quantity=3)
    sets.make_target(target_set, 2, text="Reassess leopard")
    page = html(signed_in(cast["LE"]).get(address("report-section", group, "assess")))
    assert "3 of 12" in page
    assert page.count("Missing") == 1


def test_sending_asks_first_and_confirms_on_its_own_page(group, leader):
    written.write_all(group, leader)
    client = signed_in(leader)
    shown = client.get(address("report-send", group))
    revision = shown.context["revision"]
    response = client.post(address("report-send", group), {"revision": revision}, follow=True)
    assert response.redirect_chain[-1][0] == address("report-sent", group)
    assert written.latest(Report(pk=_pk(group), group=group)).sha256[:12] in html(response)
    again = client.post(address("report-send", group), {"revision": revision})
    assert again["Location"] == address("report-sent", group)


def _pk(group):
    with scope.group_scope(group):
        return Report.objects.get().pk


def test_sending_from_an_old_tab_says_that_the_report_moved_on(group, cast):
    written.write_all(group, cast["LE"])
    client = signed_in(cast["LE"])
    revision = client.get(address("report-send", group)).context["revision"]
    written.write(group, "act", cast["DE"], text="Later", version=1)
    page = html(client.post(address("report-send", group), {"revision": revision}, follow=True))
    assert "Somebody changed the report" in page
    with scope.group_scope(group):
        assert Report.objects.get().state == ReportState.DRAFT


def test_incomplete_report_has_no_button_to_send(group, leader):
    written.write(group, "plan", leader)
    page = html(signed_in(leader).get(address("report-send", group)))
    assert "8 sections are not complete yet" in page
    assert "Send the report to" not in page


def test_review_page_marks_what_changed_word_by_word(group, cast):
    report = written.submit(group, cast["LE"], act="Surveys continued in two ranges.")
    written.decide(report, cast["CA"], "returned", message="More")
    written.write(group, "act", cast["LE"], text="Surveys ended in two ranges.", version=1)
    with scope.group_scope(group):
        reports.submit_report(report=report, by=cast["LE"])
    page = html(signed_in(cast["CA"]).get(address("report-review", group)))
    assert "<del>continued</del><ins>ended</ins>" in page
    assert "Changed since version 1" in page


def test_hostile_text_is_inert_on_every_page_and_in_mail(group, cast):
    group.name = "Cat <b>Group</b>"
    group.save()
    report = written.submit(group, cast["LE"], act=HOSTILE)
    with scope.group_scope(group):
        asked = review.add_comment(report=report, section_key="act", text=HOSTILE, by=cast["CA"])
        review.resolve_comment(comment=asked, by=cast["CA"])
    office = signed_in(cast["CA"])
    pages = [html(office.get(address("report-review", group)))]
    pages.append(html(signed_in(cast["LE"]).get(address("report-section", group, "act"))))
    written.decide(report, cast["CA"], message=HOSTILE)
    pages.append(html(Client().get(address("published-detail", group))))
    pages += [mail.html for mail in OutgoingMail.objects.all()]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=" not in page
        assert "<b>Group" not in page


def test_staff_notes_are_on_no_page_of_the_group(group, cast):
    report = written.submit(group, cast["LE"])
    with scope.group_scope(group):
        review.add_comment(
            report=report, section_key="act", text="Seen by us", by=cast["CA"], staff_only=True
        )
        review.add_comment(report=report, section_key="act", text="Asked of you", by=cast["CA"])
    assert "Seen by us" in html(signed_in(cast["CS"]).get(address("report-review", group)))
    page = html(signed_in(cast["LE"]).get(address("report-section", group, "act")))
    assert "Asked of you" in page
    assert "Seen by us" not in page


def test_decision_that_comes_too_late_keeps_the_message(group, cast):
    report = written.submit(group, cast["LE"])
    last = written.latest(report)
    written.decide(report, cast["CS"])
    response = signed_in(cast["CA"]).post(
        address("report-review", group),
        {"number": last.number, "sha256": last.sha256, "outcome": "returned", "message": "My long message"},
    )
    assert response.status_code == 409
    assert f"{cast['CS'].name} has already accepted version 1" in html(response)
    assert "My long message" in html(response)


def test_draft_and_submitted_reports_are_not_public(group, cast):
    public = Client()
    urls = [address(name, group) for name in ("published-detail", "published-pdf", "published-figures")]
    missing = [public.get(url).status_code for url in urls]
    written.submit(group, cast["LE"])
    assert [public.get(url).status_code for url in urls] == missing == [404, 404, 404]


def test_published_report_is_listed_found_and_read_by_everybody(group, other_group, cast):
    written.publish(group, cast["LE"], cast["CA"], summary="A good year for cats.")
    public = Client()
    page = html(public.get(reverse("reporting:published-list"), {"q": "cat", "year": str(YEAR)}))
    assert "Cat Specialist Group: annual report 2026" in page
    assert "No report fits" in html(public.get(reverse("reporting:published-list"), {"q": "otter"}))
    report = html(public.get(address("published-detail", group)))
    assert "A good year for cats." in report
    assert "<script" not in report


def test_collaborator_reaches_the_report_and_nothing_else(group, cast):
    with scope.group_scope(group):
        reports.share_report(
            group=group,
            year=written.year(),
            person=cast["ME"],
            ends_on=written.year().due_on,
            by=cast["LE"],
        )
    client = signed_in(cast["ME"])
    assert client.get(address("report-section", group, "plan")).status_code == 200
    assert client.get(reverse("reporting:report-detail", args=[group.slug, 2025])).status_code == 403
    assert client.get(address("report-send", group)).status_code == 403
    assert client.get(address("report-share", group)).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["report-detail", "report-section", "report-preview", "report-send", "report-review", "published-detail"],
)
def test_queries_of_a_page_do_not_grow_with_targets_and_comments(group, cast, name):
    report = (
        written.submit(group, cast["LE"]) if name == "report-review" else written.write_all(group, cast["LE"])
    )
    if name == "report-review":
        with scope.group_scope(group):
            for number in range(12):
                review.add_comment(report=report, section_key="act", text=f"No. {number}", by=cast["CA"])
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    for number in range(12):
        sets.make_progress(sets.make_target(target_set, number + 1), cast["RL"])
    if name == "published-detail":
        with scope.group_scope(group):
            reports.submit_report(report=report, by=cast["LE"])
        written.decide(report, cast["CA"])
    client = signed_in(cast["CA"] if name == "report-review" else cast["LE"])
    more = ["assess"] if name == "report-section" else []
    client.get(address(name, group, *more))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address(name, group, *more)).status_code == 200
    # The savepoints stand for the request's own transaction, which the test's transaction surrounds.
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 12
