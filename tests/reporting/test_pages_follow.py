"""Pages of sections and targets show each change at the next visit."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core import clock
from reporting.models import Progress, Target, TargetStatus
from tests import factories
from tests.reporting import sets, written
from tests.reporting.written import YEAR

pytestmark = pytest.mark.django_db


def seen_by(person, name, *args):
    client = Client()
    factories.sign_in(client, person)
    return client.get(reverse(f"reporting:{name}", args=args)).content.decode()


def section(person, group, key="assess"):
    return seen_by(person, "report-section", group.slug, YEAR, key)


def target_list(person, group):
    return seen_by(person, "target-list", group.slug, 2026, 2029)


def row_of(page, code):
    """The line of one target in the table."""
    return page.split(f'<tr role="row" id="{code}">')[1].split("</tr>")[0]


def test_a_section_shows_the_text_that_was_saved_last(group, leader):
    assert section(leader, group).count("</textarea>") == 1
    written.write(group, "assess", leader, text="First <b>words</b>", is_complete=False)
    assert "First &lt;b&gt;words&lt;/b&gt;</textarea>" in section(leader, group)
    written.write(group, "assess", leader, text="Other words", version=1, is_complete=False)
    page = section(leader, group)
    assert "Other words</textarea>" in page
    assert "First" not in page
    assert 'name="version" value="2"' in page


def test_a_draft_is_not_shown_to_another_group(group, other_group, cast):
    written.write(group, "assess", cast["LE"], text="Not for the neighbours", is_complete=False)
    leader = factories.make_person("Otto", "Nachbar")
    factories.appoint(other_group, leader, "chair")
    written.write(other_group, "assess", leader, text="Their own words", is_complete=False)
    assert "Not for the neighbours</textarea>" in section(cast["LE"], group)
    theirs = section(leader, other_group)
    assert "Their own words</textarea>" in theirs
    assert "Not for the neighbours" not in theirs


def test_the_list_of_sections_follows_what_others_write(group, cast):
    def ticks():
        return section(cast["LE"], group).count(", complete</span>")

    assert ticks() == 0
    written.write(group, "plan", cast["DE"])
    assert ticks() == 2  # beside the form, and in its fold on a phone


def test_a_section_without_a_right_to_write_shows_its_text_only(group, cast):
    written.write(group, "assess", cast["LE"], text="To be read")
    page = section(cast["TR"], group)
    assert "<p>To be read</p>" in page
    assert "<textarea" not in page


def test_targets_of_a_section_follow_what_was_recorded(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    target = sets.make_target(target_set, 1, text="Reassess lynx")
    sets.make_target(target_set, 2, text="Write a plan", component="plan")
    before = section(cast["LE"], group)
    assert "Missing" in before
    assert "Write a plan" not in before
    sets.make_progress(target, cast["RL"], quantity=3)
    assert "3 of 12." in section(cast["LE"], group)
    with sets.inside(group):
        Progress.objects.filter(target=target).update(quantity=5, version=2)
    assert "5 of 12." in section(cast["LE"], group)
    with sets.inside(group):
        Target.objects.filter(pk=target.pk).update(dropped_at=clock.now(), dropped_why="No more lynx")
    assert "Given up." in section(cast["LE"], group)


def test_the_list_of_targets_follows_every_change(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    target = sets.make_target(target_set, 1, text="Reassess lynx")
    assert "Not begun" in row_of(target_list(cast["LE"], group), "T-001")
    sets.make_progress(target, cast["RL"], quantity=3)
    assert "3 of 12" in row_of(target_list(cast["LE"], group), "T-001")
    with sets.inside(group):
        Progress.objects.filter(target=target).update(status="achieved", version=2)
    status = TargetStatus.objects.get(pk="achieved")
    assert status.name_en in row_of(target_list(cast["LE"], group), "T-001")
    with sets.inside(group):
        Target.objects.filter(pk=target.pk).update(text="Reassess the lynx", quantity=Decimal("12.5"))
    row = row_of(target_list(cast["LE"], group), "T-001")
    assert "Reassess the lynx" in row
    assert "12.5" in row
    with translation.override("fr"):
        french = row_of(target_list(cast["LE"], group), "T-001")
    assert status.name_fr in french
    assert "12,5" in french


def test_the_list_of_targets_leads_only_those_to_forms_who_may_record(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    target = sets.make_target(target_set, 1)
    form = reverse("reporting:progress-edit", args=[group.slug, target.pk, YEAR])
    assert form in target_list(cast["LE"], group)
    assert form not in target_list(cast["ME"], group)
    assert form in target_list(cast["LE"], group)
