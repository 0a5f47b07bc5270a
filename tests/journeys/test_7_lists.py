"""A list is filtered in place: with script, the rest of the page stays the same, and the page reports errors."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests import conftest, factories
from tests.factories import everything
from tests.journeys.conftest import PHONE, WIDE

# The status line is heard when its text changes, so it must be the same element before and after.
MARK = """() => {
  window.here = true;
  window.heard = [];
  window.line = document.getElementById("list-count");
  new MutationObserver(() => window.heard.push(window.line.textContent))
    .observe(window.line, {childList: true, characterData: true, subtree: true});
}"""


@pytest.fixture
def everybody(january, group, other_group) -> conftest.Cast:
    """The cast, reports and targets of one group, and more groups and members than one page of a list holds."""
    cast = conftest.make_cast(group, other_group)
    everything.fill(group, cast["LE"], cast["PO"])
    for _ in range(30):
        factories.make_group()
    for number in range(45):
        factories.make_member(group, factories.make_person("Asha", f"Number{number:02}"))
    return cast


def focused(page, attribute, value):
    """Wait until the focus has arrived: it is set after the list has settled."""
    page.wait_for_function(f"document.activeElement.{attribute} === '{value}'", timeout=5000)


def stayed(visitor) -> None:
    """The page was not loaded anew, and the status line is the one that was there."""
    assert visitor.page.evaluate("window.here === true && window.line.isConnected")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_members_are_found_without_loading_the_page(everybody, group, open_browser, let_in, size):
    leader = let_in(open_browser((size, True)), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/members/")
    page.evaluate(MARK)
    field = page.locator("[name=q]")
    field.click()
    top = page.evaluate("scrollY")

    field.press_sequentially("Number44")
    expect(page.locator("#list-count")).to_have_text("1 person in this list")
    stayed(leader)
    assert "q=Number44" in page.url
    focused(page, "name", "q")
    assert field.input_value() == "Number44"
    assert page.evaluate("scrollY") == top
    assert page.evaluate("heard.at(-1)") == "1 person in this list"
    expect(page.locator("#list-found tbody tr")).to_have_count(1)
    assert "q=Number44" in page.locator("a[hreflang=fr]").first.get_attribute("href")
    leader.look()

    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator("#list-found tbody tr").nth(5)).to_be_visible()
    stayed(leader)
    assert field.input_value() == ""
    focused(page, "id", "list")

    chip = page.locator(".chips a").nth(2)
    chip.focus()
    chip.press("Enter")
    expect(page.get_by_role("heading", name="Invitations and requests")).to_be_visible()
    stayed(leader)
    expect(page.locator("[name=region]")).to_have_count(0)
    focused(page, "id", "chip-3")
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    leader.look()

    page.go_back()
    expect(page.locator("[name=region]")).to_have_count(1)
    expect(page.locator("#list-found tbody tr").nth(5)).to_be_visible()
    assert page.evaluate("window.here") is None
    leader.look()


def test_the_next_page_of_a_list_begins_at_its_heading(everybody, group, open_browser, let_in):
    leader = let_in(open_browser(), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/members/")
    page.evaluate(MARK)
    first = page.locator("#list-found tbody tr").first.inner_text()

    following = page.get_by_role("link", name="Next")
    following.focus()
    following.press("Enter")

    expect(page.locator("[aria-current=page]").last).to_have_text("Page 2")
    stayed(leader)
    assert page.locator("#list-found tbody tr").first.inner_text() != first
    assert page.url.endswith("page=2")
    focused(page, "id", "list")
    expect(page.locator("#list")).to_be_in_viewport()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_office_narrows_sorts_and_changes_the_year_in_place(everybody, open_browser, let_in, size):
    office = let_in(open_browser((size, True)), everybody["CS"])
    page = office.page
    office.go("/en/office/reports/")
    page.evaluate(MARK)
    page.locator("[name=state]").focus()

    page.locator("[name=state]").select_option("none")
    expect(page.locator("#list-count")).not_to_have_text("32 of 32 reports")
    stayed(office)
    focused(page, "name", "state")
    assert "state=none" in page.get_by_role("link", name="Export").get_attribute("href")
    page.locator("[name=overdue]").select_option("no")
    expect(page).to_have_url(re.compile("overdue=no"))
    stayed(office)
    office.look()

    heading = page.locator("#sort-group")
    first = page.locator("#list-found tbody tr").first.inner_text()
    heading.focus()
    heading.press("Enter")
    expect(page.locator("th[aria-sort=descending] #sort-group")).to_be_visible()
    stayed(office)
    focused(page, "id", "sort-group")
    assert page.locator("#list-found tbody tr").first.inner_text() != first
    assert {"state=none", "overdue=no", "sort=-group"} <= set(page.url.partition("?")[2].split("&"))
    assert "sort=-group" in page.get_by_role("link", name="Export").get_attribute("href")
    office.look()

    year = page.locator("[name=years]")
    year.select_option("all")
    expect(page).to_have_url(re.compile("years=all.*sort=-group|sort=-group.*years=all"))
    stayed(office)
    office.look()


def test_targets_are_chosen_by_part_of_the_cycle(everybody, group, open_browser, let_in):
    leader = let_in(open_browser(), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/targets/2026-2029/")
    page.evaluate(MARK)
    chip = page.locator(".chips a").filter(has_text="Assess")
    count = chip.locator("span").inner_text()

    chip.focus()
    chip.press("Enter")

    expect(page.locator(".chips a[aria-current]")).to_contain_text("Assess")
    stayed(leader)
    expect(page.locator("#list-found tbody th[scope=row]")).to_have_count(int(count))
    assert page.evaluate("heard.at(-1)").split()[0] == count
    assert page.url.endswith("?part=assess")
    leader.look()


def test_a_line_that_drops_and_a_fault_of_ours_are_said_and_pass(everybody, group, open_browser, let_in):
    leader = let_in(open_browser(), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/members/")
    page.evaluate(MARK)
    sentence = page.get_by_text("The list did not come")
    expect(sentence).to_be_hidden()
    rows = page.locator("#list-found tbody tr").count()

    page.context.set_offline(True)
    page.locator("[name=q]").fill("Number1")
    expect(sentence).to_be_visible()
    assert page.locator("#list-found tbody tr").count() == rows
    assert page.locator("[role=alert]").filter(has_text="The list did not come").count() == 1
    problems = leader.axe()
    assert problems == []

    page.context.set_offline(False)
    page.locator("[name=q]").fill("Number2")
    expect(page.locator("#list-count")).to_have_text("10 people in this list")
    expect(sentence).to_be_hidden()

    page.route(
        "**/members/?**", lambda route: route.fulfill(status=500, body="<h1>Something went wrong</h1>")
    )
    page.locator("[name=q]").fill("Number3")
    expect(sentence).to_be_visible()
    expect(page.locator("#list-found tbody tr")).to_have_count(10)
    stayed(leader)


def test_a_list_that_takes_long_says_that_it_is_on_its_way(everybody, group, open_browser, let_in):
    leader = let_in(open_browser(), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/members/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/members/?**", hold)

    page.locator("[name=q]").fill("Number44")
    expect(page.get_by_text("The list is on its way")).to_be_visible()
    expect(page.locator("#list-found")).to_have_css("opacity", "0.6")
    assert leader.faults == []
    held[0].continue_()

    expect(page.locator("#list-count")).to_have_text("1 person in this list")
    expect(page.get_by_text("The list is on its way")).to_be_hidden()
    expect(page.locator("#list-found")).to_have_css("opacity", "1")


def test_whoever_was_signed_out_meanwhile_signs_in_and_finds_the_narrowed_list(
    everybody, group, open_browser, let_in
):
    leader = let_in(open_browser(), everybody["LE"])
    page = leader.page
    leader.go(f"/en/g/{group.slug}/members/")
    page.context.clear_cookies()

    page.locator("[name=q]").fill("Number44")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    leader.look()
    leader.fill(login=everybody["LE"].email, password=factories.PASSWORD)
    leader.press("Sign in", exact=True)

    assert "q=Number44" in page.url
    expect(page.locator("#list-count")).to_have_text("1 person in this list")


def test_without_script_filters_chips_and_pages_load_the_page(everybody, group, open_browser, let_in):
    leader = let_in(open_browser((PHONE, False)), everybody["LE"])
    leader.go(f"/en/g/{group.slug}/members/")
    leader.fill(q="Number44")
    leader.press("Show", exact=True)
    leader.sees("1 person in this list")
    assert leader.page.locator("[name=q]").input_value() == "Number44"
    leader.click("Clear the filters")
    leader.click("Invited", inside=leader.page.locator(".chips"))
    leader.sees("Invitations and requests")
