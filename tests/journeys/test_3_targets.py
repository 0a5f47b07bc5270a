"""A group sets its targets, the Chair's Office approves them, and several people record progress."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from core import scope
from reporting.models import Progress, Target, TargetSet
from reporting.states import TargetSetState
from tests import conftest
from tests.factories import everything


@pytest.fixture
def everybody(january, group, other_group) -> conftest.Cast:
    return conftest.make_cast(group, other_group)


def test_targets_are_set_agreed_and_reported_on_by_several_people(
    everybody, group, visitor, sign_in, let_in, open_browser, surface
):
    sign_in(visitor, everybody["LE"])
    visitor.go("/en/g/cat/")
    visitor.menu("Targets")
    visitor.click("Add", inside=visitor.page.locator("main"))
    visitor.fill(text="Assess all small cats of South America", indicator="Species assessed", quantity="12")
    visitor.press("Add the target", exact=True)
    assert visitor.page.title().startswith("Error:"), "the part of the cycle and the year are still missing"
    assert visitor.page.locator("[name=text]").input_value() == "Assess all small cats of South America"
    for field in ("pair", "due_year"):
        box = visitor.page.locator(f"select[name={field}]")
        box.select_option(box.locator("option:not([value=''])").last.get_attribute("value"))
    visitor.press("Add the target", exact=True)
    visitor.sees("T-001")
    visitor.go("/en/g/cat/targets/2026-2029/")
    visitor.click("Check and send to the Chair’s Office")
    visitor.press("Send the targets")
    visitor.go("/en/g/cat/targets/2026-2029/")
    visitor.sees("These targets are with the Chair’s Office")

    office = let_in(open_browser(surface), everybody["CA"])
    office.go("/en/g/cat/targets/2026-2029/review/")
    office.sees("Assess all small cats of South America")
    office.choose("outcome", "agree")
    office.press("Send my answer")
    with transaction.atomic(), scope.read_everywhere("checks"):
        agreed = TargetSet.objects.get(group=group)
        target = Target.objects.get(group=group)
    assert (agreed.state, agreed.decided_by) == (TargetSetState.AGREED, everybody["CA"])

    for code, reached in (("PO", "5"), ("FP", "7")):
        person = let_in(open_browser(surface), everybody[code])
        person.go(f"/en/g/cat/targets/{target.pk}/2026/")
        person.page.locator("[name=status]").first.check()
        person.fill(quantity=reached, text=f"{reached} species are assessed.")
        person.press("Save progress")
    with transaction.atomic(), scope.read_everywhere("checks"):
        entry = Progress.objects.get(target=target, year=2026)
    assert (entry.quantity, entry.recorded_by) == (Decimal(7), everybody["FP"])
    visitor.go("/en/g/cat/targets/2026-2029/")
    visitor.sees("Assess all small cats of South America")


def test_the_second_of_two_people_who_save_at_once_sees_both_texts(everybody, group, let_in, open_browser):
    everything.fill(group, everybody["LE"], everybody["PO"])
    with transaction.atomic(), scope.read_everywhere("checks"):
        target = Target.objects.get(group=group)
    path = f"/en/g/cat/targets/{target.pk}/2026/"
    first, second = let_in(open_browser(), everybody["PO"]), let_in(open_browser(), everybody["FP"])
    for person in (first, second):
        person.go(path)
        person.page.locator("[name=status]").first.check()
    first.fill(text="Seven assessed, says the first.")
    first.press("Save progress")
    second.fill(text="Eight assessed, says the second.")
    second.press("Save progress")
    second.sees("Seven assessed, says the first.")
    assert second.page.locator("textarea[name=text]").input_value() == "Eight assessed, says the second."
