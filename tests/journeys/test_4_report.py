"""The annual report: written, sent, sent back with comments, answered, accepted, published as page and PDF."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from pypdf import PdfReader

from core import scope
from reporting.models import Report
from reporting.states import ReportState
from tests import conftest


@pytest.fixture
def everybody(january, group, other_group) -> conftest.Cast:
    return conftest.make_cast(group, other_group)


def state(group) -> str:
    with transaction.atomic(), scope.read_everywhere("checks"):
        return Report.objects.get(group=group).state


def test_a_report_goes_the_whole_way(
    everybody, group, visitor, sign_in, let_in, open_browser, surface, post_office
):
    leader, chair = visitor, everybody["LE"]
    sign_in(leader, chair)
    leader.go("/en/g/cat/")
    # The address of the rail's link: on a phone, last year's task carries the same words before it.
    leader.go("/en/g/cat/report/")
    assert leader.path == "/en/g/cat/report/2026/"
    sections = leader.page.locator("ol.rows a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(sections) == 9
    for number, path in enumerate(sections, 1):
        leader.go(path)
        leader.fill(text=f"What happened in part {number}, in plain words.")
        leader.tick("is_complete")
        leader.page.locator(".savebar button.btn").first.click()
        leader.page.wait_for_load_state()
    leader.go("/en/g/cat/report/2026/preview/")
    leader.sees("What happened in part 3, in plain words.")
    leader.go("/en/g/cat/report/2026/")
    leader.click("Check and send the report")
    leader.press("Send the report to the Chair’s Office")
    assert state(group) == ReportState.SUBMITTED
    leader.sees("Your report is with the Chair’s Office")

    office = let_in(open_browser(surface), everybody["CA"])
    review = "/en/office/reports/cat/2026/"
    office.go("/en/office/")
    office.go(review)
    office.fill(comment_assess="Which species exactly?", message="Please name the species.")
    office.press("Send back to the group")
    assert state(group) == ReportState.RETURNED
    assert "Please name the species." in post_office.letters_to(chair.email)[-1]

    leader.go("/en/g/cat/report/2026/")
    leader.sees("The Chair’s Office sent the report back")
    leader.go("/en/g/cat/report/2026/assess/")
    leader.sees("Which species exactly?")
    leader.fill(
        answer="Leopardus guttulus and Leopardus tigrinus.",
        text="We assessed Leopardus guttulus and Leopardus tigrinus.",
    )
    leader.page.locator(".savebar button.btn").first.click()
    leader.page.wait_for_load_state()
    leader.go("/en/g/cat/report/2026/send/")
    leader.press("Send the report to the Chair’s Office")
    assert state(group) == ReportState.SUBMITTED

    office.go(review)
    office.sees("Leopardus guttulus and Leopardus tigrinus.")
    office.press("Accept: check what becomes public")
    office.sees("You cannot take this back.")
    office.press("Accept and publish")
    assert state(group) == ReportState.ACCEPTED
    assert "2026" in post_office.letters_to(chair.email)[-1]

    public = open_browser(surface)
    public.go("/en/reports/")
    public.sees(group.name)
    public.go("/en/groups/cat/reports/2026/")
    public.sees("We assessed Leopardus guttulus and Leopardus tigrinus.")
    assert "Which species exactly?" not in public.page.content()
    pdf = public.page.request.get(public.address + "/en/groups/cat/reports/2026/report.pdf")
    assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")
    book = PdfReader(io.BytesIO(pdf.body()))
    words = " ".join(page.extract_text() for page in book.pages)
    assert "Leopardus tigrinus" in words
    assert "Which species exactly?" not in words
