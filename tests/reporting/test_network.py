"""What waits for the Chair's Office: whose duty it is, the list behind each number, and what comes next."""

import importlib
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from core import clock, scope
from core.models import OutgoingMail
from duties import actions as reminders
from duties.models import SentReminder
from duties.registry import DutyQuery
from groups.access import roles_of
from reporting.errors import TargetsLocked
from reporting.models import KeyResult, StrategicPlan
from reporting.network import (
    NOBODY,
    REPORTS,
    TARGETS,
    Filters,
    begun_periods,
    next_to_review,
    report_rows,
    reporting_years,
    target_rows,
    waiting_reports,
    waiting_targets,
)
from reporting.review.duties import duties
from reporting.targets import actions
from tests import factories
from tests.reporting import sets, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(reference):
    return factories.make_person("Sends", "Reports")


def waits(place, by, *, days_ago, year=2026):
    """A report of the group that was sent so many days ago."""
    report = sets.make_report(place, by, by, state="submitted", year=year)
    sent = clock.now() - timedelta(days=days_ago)
    with sets.inside(place):
        type(report).objects.filter(pk=report.pk).update(submitted_at=sent, decided_at=None, decided_by=None)
    return report


def targets_wait(place, by, *, days_ago):
    moment = clock.now() - timedelta(days=days_ago)
    return sets.make_set(place, state="submitted", submitted_by=by, submitted_at=moment)


def owed(person=None, day=None, **more):
    with scope.read_everywhere("own-duties"):
        return list(duties(DutyQuery(day or clock.today(), person, **more)))


def test_what_has_network_support_is_that_persons_duty_and_the_rest_is_one_duty_of_all_staff(
    cast, group, sender
):
    waits(group, cast["LE"], days_ago=3)
    assert owed(cast["CS"]) == owed(cast["CA"]) == owed(cast["NS"]) == []

    lonely, other = factories.make_group("Lonely Beetle Specialist Group"), factories.make_group()
    waits(lonely, sender, days_ago=12)
    targets_wait(lonely, sender, days_ago=9)
    waits(other, sender, days_ago=1)
    for code in ("CS", "CA"):
        (duty,) = owed(cast[code])
        assert duty.title == "Review 2 reports and 1 target set of groups without network support"
        assert duty.due_on == clock.today() + timedelta(days=18)  # thirty days after the oldest was sent
    for code in ("NS", "SC", "LE", "SU"):
        assert owed(cast[code]) == [], code
    (everybodys,) = owed()
    assert set(everybodys.people) == {cast["CS"].pk, cast["CA"].pk}
    assert owed(cast["CS"], group_ids=(lonely.pk,)) == []


def test_the_duty_leads_to_exactly_the_rows_that_it_counts(client, cast, group, sender):
    waits(group, cast["LE"], days_ago=3)
    lonely = factories.make_group("Lonely Beetle Specialist Group")
    waits(lonely, sender, days_ago=12)
    (duty,) = owed(cast["CS"])
    client.force_login(cast["CS"])
    page = client.get(duty.url)
    assert [row[0]["text"] for row in page.context["rows"]] == [lonely.name]


def test_support_that_has_left_counts_as_none(cast, group, sender):
    waits(group, cast["LE"], days_ago=3)
    assert owed(cast["CS"]) == []
    cast["NS"].is_active = False
    cast["NS"].save()
    assert len(owed(cast["CS"])) == 1


def test_the_office_gets_one_line_a_week_however_much_waits(cast, sender, settings):
    for number in range(12):
        place = factories.make_group()
        waits(place, sender, days_ago=20 + number)
        targets_wait(place, sender, days_ago=20 + number)
    start = clock.now()
    for days in range(14):
        settings.CLOCK_SHIFT = timedelta(days=days)
        reminders.send_due_reminders()
    weeks = {(start + timedelta(days=days)).isocalendar()[:2] for days in range(14)}
    lines = SentReminder.objects.filter(person=cast["CS"])
    assert sorted(lines.values_list("duty_key", flat=True)) == sorted(
        f"office-queue:{year}:{week}" for year, week in weeks
    )
    assert all(
        "12 reports and 12 target sets" in mail.text
        for mail in OutgoingMail.objects.filter(recipient=cast["CS"])
    )


def test_my_tasks_of_the_office_shows_the_queue_and_is_never_empty_while_something_waits(
    client, cast, group, other_group
):
    client.force_login(cast["CS"])
    url = reverse("workspace:task-list")
    assert "You have nothing to do" in client.get(url).content.decode()
    waits(group, cast["LE"], days_ago=3)
    waits(other_group, cast.other["LE"], days_ago=8)
    targets_wait(group, cast["LE"], days_ago=5)
    page = client.get(url)
    text = page.content.decode()
    assert "<h1>2 reports and 1 target set are waiting for review</h1>" in text
    for nothing in ("You have nothing to do", "Nothing is due", "without network support"):
        assert nothing not in text
    first = page.context["queue"].first
    assert first["url"].startswith(reverse("reporting:report-review", args=["otter", 2026]))
    for listed, expected in zip(page.context["queue"].lists, (["otter", "cat"], ["cat"]), strict=True):
        rows = client.get(listed["url"]).context["rows"]
        assert [row[0]["url"].split("/")[-2] for row in rows] == expected
    # One click opens the oldest one, and people without the right see no queue.
    assert client.get(first["url"]).status_code == 200
    for code in ("NS", "SC", "LE"):
        client.force_login(cast[code])
        assert client.get(url).context["queue"] is None, code


def test_the_queue_has_the_same_rows_as_the_lists_of_all_years(cast, group, other_group, sender):
    waits(group, cast["LE"], days_ago=3)
    waits(other_group, sender, days_ago=30, year=2025)
    targets_wait(group, cast["LE"], days_ago=5)
    closed = factories.make_group(closed_on=date(2026, 3, 1))
    waits(closed, sender, days_ago=40, year=2025)
    waits(closed, sender, days_ago=9, year=2026)  # not asked for: the group closed before the year ended
    targets_wait(closed, sender, days_ago=9)
    day = clock.today()
    held = roles_of(cast["CS"])
    for waiting, every, listing in (
        (waiting_reports(held, day), report_rows(held, reporting_years(day), day), REPORTS),
        (waiting_targets(held, day), target_rows(held, begun_periods(day), day), TARGETS),
    ):
        listed = Filters(state="submitted").fitting(every, listing)
        assert {row.key for row in waiting} == {row.key for row in listed}
    assert [row.group for row in waiting_reports(held, day)] == [closed, other_group, group]
    assert [row.group for row in waiting_targets(held, day)] == [group]
    assert [row.group for row in waiting_reports(roles_of(cast["NS"]), day)] == [group]


def test_the_next_one_follows_the_order_and_the_filters_of_the_list(cast, sender):
    places = [factories.make_group(f"{name} Specialist Group") for name in ("Ant", "Bee", "Crab", "Dung")]
    for place, days in zip(places, (5, 20, 9, 1), strict=True):
        waits(place, sender, days_ago=days)
    held, day = roles_of(cast["CS"]), clock.today()

    def after(place, **asked):
        found = next_to_review(held, REPORTS, day, asked, (place.pk, (2026,)))
        return found.group.name.split()[0] if found else None

    assert [after(place) for place in places] == ["Dung", "Crab", "Ant", "Bee"]  # by the length of the wait
    assert after(places[0], sort="group") == "Bee"
    assert after(places[3], sort="group") == "Ant"  # after the last comes the first
    assert after(places[1], sort="-group", state="accepted", overdue="on") == "Ant"
    assert after(places[0], q="bee") == "Bee"
    assert after(places[0], q="nothing") is None
    assert after(places[0], years="2025") is None
    assert after(places[0], support=NOBODY, sort="group") == "Bee"
    # A person who holds an office in a group is not led to its report.
    factories.appoint(places[1], cast["CS"], "treasurer")
    held = roles_of(cast["CS"])
    assert after(places[0], sort="group") == "Crab"


def test_a_decision_leads_to_the_next_report_of_the_list(client, cast, group, other_group):
    written.submit(group, cast["LE"])
    written.submit(other_group, cast.other["LE"])
    client.force_login(cast["CS"])
    listed = client.get(reverse("office:report-list"), {"state": "submitted", "sort": "group"})
    url = listed.context["rows"][0][-1]["url"]
    page = client.get(url)
    following = page.context["next"]
    assert following.label == f"Next: {other_group.name}"
    assert f'href="{reverse("office:report-list")}?years=' in page.content.decode()
    form = page.context["form"]
    answer = client.post(url, {**form.initial, "act": "publish", "message": ""}, follow=True)
    text = answer.content.decode()
    notice = text.partition('class="messages')[2].partition("</div>\n  </div>")[0]
    assert f">Next: {other_group.name}</a>" in notice
    assert "&lt;a" not in notice
    after = client.get(following.url)
    assert (after.status_code, after.context["next"]) == (200, None)  # the last one has no next


def test_a_decision_about_targets_leads_to_the_next_target_set(client, cast, group, other_group):
    for place, people in ((group, cast), (other_group, cast.other)):
        sets.make_target(targets_wait(place, people["LE"], days_ago=4), 1)
    client.force_login(cast["CS"])
    url = reverse("reporting:target-review", args=["cat", 2026, 2029])
    answer = client.post(url, {"outcome": "agree", "word": "", "version": 1}, follow=True)
    assert f">Next: {other_group.name}</a>" in answer.content.decode()


def test_a_hostile_name_of_the_next_group_is_inert_in_the_notice(client, cast, group, sender):
    written.submit(group, cast["LE"])
    evil = factories.make_group("<script>alert(1)</script>", slug="evil")
    waits(evil, sender, days_ago=2)
    client.force_login(cast["CS"])
    url = reverse("reporting:report-review", args=["cat", 2026])
    form = client.get(url).context["form"]
    page = client.post(url, {**form.initial, "act": "publish"}, follow=True).content.decode()
    assert "<script>alert(1)" not in page
    assert "Next: &lt;script&gt;alert(1)" in page


def test_only_results_with_a_known_wording_are_loaded_and_none_for_the_next_quadrennium(reference):
    found = set(KeyResult.objects.values_list("plan__quadrennium__label", "number"))
    assert found == {("2021–2025", number) for number in range(1, 8)}


def test_the_migration_takes_invented_results_out_of_the_list_and_keeps_those_of_the_office(reference):
    migration = importlib.import_module("reporting.migrations.0006_key_results_known")
    plans = {plan.quadrennium.label: plan for plan in StrategicPlan.objects.select_related("quadrennium")}

    def result(period, number, source):
        return KeyResult.objects.create(
            plan=plans[period], number=number, component_id="plan", title_en="A title", source=source
        )

    copied = result("2026–2029", 1, migration.PUBLIC)
    inferred = result("2021–2025", 8, migration.INFERRED)
    entered = result("2026–2029", 2, "Species Strategic Plan 2026–2029")
    migration.unlist(apps, connection.schema_editor())
    listed = set(KeyResult.objects.filter(listed=True).values_list("pk", flat=True))
    assert entered.pk in listed
    assert not {copied.pk, inferred.pk} & listed
    assert KeyResult.objects.filter(listed=True, plan=plans["2021–2025"]).count() == 7


def test_a_target_that_names_a_result_without_wording_shows_its_number_only(client, cast, group):
    plan = KeyResult.objects.filter(number=1).get().plan
    unknown = KeyResult.objects.create(
        plan=plan, number=8, component_id="plan", title_en="Wording not found", listed=False
    )
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CS"], label="2021–2025")
    target = sets.make_target(target_set, 1, key_result=unknown.pk, due_year=2025)
    client.force_login(cast["LE"])
    page = client.get(target.get_absolute_url()).content.decode()
    assert "KSR 8" in page
    assert "Wording not found" not in page


def test_a_quadrennium_without_results_asks_for_none(client, cast, group):
    client.force_login(cast["LE"])
    url = reverse("reporting:target-add", args=["cat", 2026, 2029])
    page = client.get(url).content.decode()
    assert 'name="key_result"' in page
    assert "Key Species Result" not in page


def test_a_partner_center_sets_no_targets(client, cast, reference):
    center = factories.make_group(
        "Center for Species Survival: Sample", "center-for-species-survival", slug="css"
    )
    client.force_login(cast["CS"])
    overview = client.get(reverse("workspace:overview", args=["css"])).content.decode()
    listed = client.get(reverse("reporting:target-list", args=["css", 2026, 2029])).content.decode()
    add = reverse("reporting:target-add", args=["css", 2026, 2029])
    assert reverse("reporting:target-list-current", args=["css"]) not in overview
    assert reverse("reporting:report-current", args=["css"]) not in overview
    assert add not in listed
    assert "partners of the Chair’s Office set no targets" in listed
    assert client.get(add).status_code == 302
    with pytest.raises(TargetsLocked, match="set no targets"), sets.inside(center):
        actions.add_target(group=center, period=sets.period(), by=cast["CS"], answers=sets.answers())
