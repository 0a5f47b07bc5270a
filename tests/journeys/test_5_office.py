"""The Chair's Office sees each group's report status, filters the list, opens a report and downloads the list."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import expect

from tests import conftest, factories
from tests.factories import everything


@pytest.fixture
def everybody(january, group, other_group) -> conftest.Cast:
    """Two groups of the cast, of which one has begun its report, and ten more."""
    cast = conftest.make_cast(group, other_group)
    everything.fill(group, cast["LE"], cast["PO"])
    for _ in range(10):
        factories.make_group()
    return cast


def test_the_office_filters_opens_and_exports(everybody, group, visitor, let_in):
    office = let_in(visitor, everybody["CS"])
    office.go("/en/tasks/")
    office.menu("Chair’s Office")
    assert office.path == "/en/office/"
    office.look()
    office.page.locator(".figs a[href$='state=none']").click()
    office.page.wait_for_load_state()
    assert office.path == "/en/office/reports/"
    office.sees("11 of 12 reports")
    office.go("/en/office/reports/")
    office.sees("12 of 12 reports")
    office.fill(q="Cat Specialist")
    office.page.locator("form:has([name=q]) button").first.click()
    office.page.wait_for_load_state()
    expect(office.page.get_by_text("One of 12 reports")).to_be_visible()
    office.page.locator("#sort-due").click()
    office.page.wait_for_load_state()
    expect(office.page.locator("th[aria-sort=ascending] #sort-due")).to_be_visible()
    expect(office.page.get_by_text("One of 12 reports")).to_be_visible()
    office.look()
    answer = office.page.request.get(office.address + "/en/office/reports.csv?q=Cat+Specialist")
    assert answer.status == 200
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text().lstrip("\ufeff"))))
    assert len(rows) == 2
    assert "Cat Specialist Group" in rows[1]
    office.page.locator("main table a").filter(has_text="Cat").first.click()
    office.page.wait_for_load_state()
    office.look()
    assert "cat" in office.path


def test_somebody_without_an_office_finds_no_dashboard(everybody, let_in, open_browser):
    member = let_in(open_browser(), everybody["ME"])
    member.go("/en/tasks/")
    assert member.page.get_by_role("link", name="Chair’s Office").count() == 0
    assert member.page.goto(member.address + "/en/office/").status == 404
