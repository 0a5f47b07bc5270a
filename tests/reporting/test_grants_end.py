"""A grant ends with the membership that it rests on, and a later membership never brings it back."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from core import clock, scope
from core.errors import DomainError
from groups import actions as group_actions
from groups.models import Quadrennium
from members import actions as member_actions
from members.models import Membership
from office.actions import close_account
from reporting.models import ReportGrant, ReportGrantEnding
from reporting.reports import actions
from reporting.reports.access import rights_of
from tests import factories
from tests.members import helpers
from tests.reporting import written

pytestmark = pytest.mark.django_db
LAST = date(2027, 6, 30)
DAY = timedelta(days=1)


def share(group, person, by, ends_on=LAST):
    with scope.group_scope(group):
        return actions.share_report(group=group, year=written.year(), person=person, ends_on=ends_on, by=by)


def writes(group, person) -> bool:
    """Whether the person can save a section."""
    with scope.group_scope(group):
        granted = rights_of(person, group, 2026).writes_all
    saved = False
    with suppress(DomainError), transaction.atomic():
        written.write(group, "plan", person)
        saved = True
        transaction.set_rollback(True)
    assert saved == granted, "page and act ask the same question"
    return saved


def membership_of(group, person):
    with scope.group_scope(group):
        return Membership.objects.on().select_related("group", "person").get(person=person)


def endings(group, person):
    """The days and reasons with which the person's grants ended."""
    with scope.group_scope(group):
        rows = ReportGrantEnding.objects.filter(grant__user=person).order_by("pk")
        return list(rows.values_list("from_day", "reason"))


def invited_again(group, cast, person):
    """The person is invited again and accepts."""
    handshake = helpers.invite(group, cast["LE"], email=person.email)
    helpers.accept(handshake, person)
    assert helpers.memberships(group, person)


def ended_by_a_leader(group, cast, settings):
    member_actions.end_membership(
        membership=membership_of(group, cast["ME"]), by=cast["LE"], reason="No longer active"
    )


def left(group, cast, settings):
    member_actions.end_membership(membership=membership_of(group, cast["ME"]), by=cast["ME"])


def quadrennium_over(group, cast, settings):
    settings.CLOCK_SHIFT += Quadrennium.current().ends_on + DAY - clock.today()


def account_closed(group, cast, settings):
    close_account(person=cast["ME"], by=cast["CA"], reason="Asked for it")
    cast["ME"].refresh_from_db()
    assert not cast["ME"].is_active
    cast["ME"].is_active = True  # opened again, as an operator might
    cast["ME"].save()


@pytest.mark.parametrize("end", [ended_by_a_leader, left, account_closed])
def test_a_grant_ends_with_the_membership_and_an_invitation_does_not_bring_it_back(
    group, cast, settings, end
):
    share(group, cast["ME"], cast["LE"])
    assert writes(group, cast["ME"])
    end(group, cast, settings)
    assert not writes(group, cast["ME"])
    assert endings(group, cast["ME"]) == [(clock.today(), "The membership ended.")]
    invited_again(group, cast, cast["ME"])
    assert not writes(group, cast["ME"])
    share(group, cast["ME"], cast["LE"])
    assert writes(group, cast["ME"])


def test_a_grant_ends_with_the_quadrennium_and_does_not_come_back_with_the_next_membership(
    group, cast, settings
):
    with scope.group_scope(group):
        membership = membership_of(group, cast["ME"])
    share(group, cast["ME"], cast["LE"], ends_on=membership.ends_on + 60 * DAY)
    assert writes(group, cast["ME"])
    settings.CLOCK_SHIFT += membership.ends_on + DAY - clock.today()
    assert not writes(group, cast["ME"])
    following = Quadrennium.objects.create(
        label="2030–2033", starts_on=membership.ends_on + DAY, ends_on=membership.ends_on + 1461 * DAY
    )
    factories.make_member(group, cast["ME"], quadrennium=following)
    assert not writes(group, cast["ME"])


def test_a_grant_ends_with_an_ending_that_no_action_wrote(group, cast):
    """The ending row alone is enough, as after an import: the read side asks for the membership itself."""
    share(group, cast["ME"], cast["LE"])
    factories.end_membership(membership_of(group, cast["ME"]))
    assert not writes(group, cast["ME"])
    assert endings(group, cast["ME"]) == []
    factories.make_member(group, cast["ME"], starts_on=clock.today())
    assert not writes(group, cast["ME"])


def test_grants_and_memberships_end_with_the_group(group, cast):
    share(group, cast["ME"], cast["LE"])
    group_actions.close_group(group=group, by=cast["SC"])
    assert not writes(group, cast["ME"])
    assert helpers.memberships(group, cast["ME"]) == []
    assert endings(group, cast["ME"]) == [(clock.today(), "The membership ended.")]
    assert factories.verbs(group).count("members.memberships_closed_with_group") == 1


def test_a_group_that_closes_later_keeps_its_members_until_that_day(group, cast, settings):
    share(group, cast["ME"], cast["LE"])
    group_actions.close_group(group=group, by=cast["SC"], closed_on=clock.today() + 5 * DAY)
    assert writes(group, cast["ME"])
    settings.CLOCK_SHIFT += 5 * DAY
    assert not writes(group, cast["ME"])
    assert helpers.memberships(group, cast["ME"]) == []


def test_sharing_until_another_day_ends_the_earlier_grant(group, cast):
    share(group, cast["ME"], cast["LE"])
    share(group, cast["ME"], cast["LE"])
    share(group, cast["ME"], cast["LE"], ends_on=LAST - DAY)
    with scope.group_scope(group):
        assert [grant.ends_on for grant in ReportGrant.objects.on()] == [LAST - DAY]
        assert ReportGrant.objects.count() == 2


def test_the_page_lists_only_grants_that_count(client, group, cast):
    share(group, cast["ME"], cast["LE"])
    client.force_login(cast["LE"])
    url = reverse("reporting:report-share", args=[group.slug, 2026])
    stop = "reporting:report-unshare"
    with scope.group_scope(group):
        unshare = reverse(stop, args=[group.slug, 2026, ReportGrant.objects.get().pk])
    assert unshare in client.get(url).content.decode()
    ended_by_a_leader(group, cast, None)
    assert unshare not in client.get(url).content.decode()
