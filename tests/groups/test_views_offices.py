"""The leadership page and the forms that fill offices."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock, scope
from groups.access import roles_of
from groups.models import Appointment, AppointmentEnding
from tests import factories

pytestmark = pytest.mark.django_db


def day_boxes(name, day):
    """A date as the three boxes post it."""
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.fixture
def url(group):
    return reverse("groups:leadership", args=[group.slug])


def test_leadership_page_is_for_the_group_and_the_office(client, url, cast):
    def status_for(person):
        client.force_login(person)
        return client.get(url).status_code

    assert client.get(url).status_code == 302
    for code in ("ME", "LE", "DE", "RL", "PO", "TR", "FP", "NS", "CS", "CA", "SC", "DC", "SM"):
        assert status_for(cast[code]) == 200, code
    for code in ("AP", "OM", "RR", "SU"):
        assert status_for(cast[code]) == 404, code


def test_leadership_as_of_an_earlier_day_shows_who_led_then(client, url, group, cast, member):
    before = factories.make_person("Earlier", "Chairperson")
    factories.appoint(
        group,
        before,
        "chair",
        starts_on=clock.today() - timedelta(days=900),
        ends_on=clock.today() - timedelta(days=400),
    )
    client.force_login(member)
    past = client.get(url, {"on": (clock.today() - timedelta(days=500)).isoformat()}).content.decode()
    assert "Leaders as of" in past
    in_office = past.split('id="now"')[1].split("</section>")[0]
    assert "Earlier Chairperson" in in_office
    assert cast["LE"].name not in in_office
    today = client.get(url).content.decode().split('id="now"')[1].split("</section>")[0]
    assert "Earlier Chairperson" not in today
    assert cast["LE"].name in today


def test_terms_are_counted_and_their_end_is_told(client, url, group, member):
    person = factories.make_person("Twice", "Appointed")
    today = clock.today()
    factories.appoint(
        group, person, "co_chair", starts_on=today - timedelta(days=2000), ends_on=today - timedelta(days=900)
    )
    factories.appoint(
        group, person, "co_chair", starts_on=today - timedelta(days=899), ends_on=today + timedelta(days=40)
    )
    client.force_login(member)
    assert "second term, until" in client.get(url).content.decode()


def test_a_day_that_is_no_day_counts_as_today(client, url, cast, member):
    client.force_login(member)
    page = client.get(url, {"on": "not-a-day"})
    assert page.status_code == 200
    assert cast["LE"].name in page.content.decode()


def test_a_leader_appoints_through_the_form(client, group, leader, member):
    client.force_login(leader)
    url = reverse("workspace:office-appoint", args=[group.slug])
    answer = client.post(url, {"office": "treasurer", "person": member.pk, "topic": ""}, follow=True)
    assert answer.redirect_chain == [(reverse("groups:leadership", args=[group.slug]), 302)]
    assert "TR" in roles_of(member).groups[group.pk]


def test_the_list_to_choose_from_holds_members_of_this_group_only(client, group, cast, leader):
    client.force_login(leader)
    url = reverse("workspace:office-appoint", args=[group.slug])
    page = client.get(url).content.decode()
    assert cast["ME"].listed_name in page
    assert cast["OM"].listed_name not in page
    answer = client.post(url, {"office": "treasurer", "person": cast["OM"].pk, "topic": ""})
    assert answer.status_code == 422
    assert group.pk not in roles_of(cast["OM"]).groups


def test_what_was_typed_stays_when_the_form_is_wrong(client, group, leader, member):
    client.force_login(leader)
    url = reverse("workspace:office-appoint", args=[group.slug])
    answer = client.post(url, {"office": "focal_point", "person": member.pk, "topic": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in page
    assert "Choose what the focal point looks after" in page
    assert f'<option value="{member.pk}" selected>' in page


def test_a_leader_delegates_through_the_form(client, group, cast, leader):
    client.force_login(leader)
    url = reverse("groups:leadership-delegate", args=[group.slug])
    today = clock.today()
    data = {"deputy": cast["DE"].pk, "note": "Invitations", **day_boxes("starts_on", today)}
    answer = client.post(url, data | day_boxes("ends_on", today + timedelta(days=7)))
    assert answer.status_code == 302
    assert "DD" in roles_of(cast["DE"]).groups[group.pk]


def test_ending_shows_first_and_acts_only_when_sent(client, group, cast, leader):
    with scope.group_scope(group):
        row = Appointment.objects.get(office="treasurer")
    url = reverse("groups:office-end", args=[group.slug, row.pk])
    client.force_login(leader)
    assert client.get(url).status_code == 200
    assert "TR" in roles_of(cast["TR"]).groups[group.pk]
    assert client.post(url, {"reason": "Moved away"}).status_code == 302
    assert "TR" not in roles_of(cast["TR"]).groups[group.pk]


def test_a_leaders_office_and_another_groups_office_are_not_there_to_end(
    client, group, other_group, leader, cast
):
    client.force_login(leader)
    with scope.group_scope(group):
        chair = Appointment.objects.get(office="chair")
    with scope.group_scope(other_group):
        foreign = Appointment.objects.get(office="treasurer")
    for pk in (chair.pk, foreign.pk):
        url = reverse("groups:office-end", args=[group.slug, pk])
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 404
    with scope.read_everywhere("checks"):
        assert AppointmentEnding.objects.count() == 0
