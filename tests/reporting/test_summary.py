"""reporting.summary returns the same for one group as for many."""

from datetime import timedelta

import pytest

from core import clock, scope
from groups.models import Group
from reporting.models import all_reporting_years
from reporting.review import actions as review
from reporting.states import ReportStage
from reporting.summary import summaries
from tests import factories
from tests.reporting import written

pytestmark = pytest.mark.django_db


def standings(day=None):
    """How every group stands with the report of the year that is written, by slug."""
    with scope.read_everywhere("office-grid"):
        groups = list(Group.objects.reporting(written.YEAR).select_related("category"))
        found = summaries(groups, day or clock.today())
    year = next(one for one in all_reporting_years() if one.year == written.YEAR)
    return {one.group.slug: one.standing(year) for one in found.values()}


def test_the_standings_of_all_groups_cost_the_same_for_one_and_for_many(
    group, cast, django_assert_num_queries
):
    standings()  # what is read once per process
    with django_assert_num_queries(3):
        assert {one.stage for one in standings().values()} == {ReportStage.NOT_STARTED}
    for _number in range(4):
        place, lead = factories.make_group(), factories.make_person()
        factories.appoint(place, lead, "chair")
        written.submit(place, lead)
    with django_assert_num_queries(3):
        found = standings()
    assert [one.stage for one in found.values()].count(ReportStage.SUBMITTED) == 4
    assert found[place.slug].sections_done == found[place.slug].sections_of == len(written.section_keys())


def test_a_group_with_more_time_and_nothing_written_counts_as_not_started(group, cast):
    later = written.year().due_on + timedelta(days=60)
    with scope.group_scope(group):
        review.extend_deadline(group=group, year=written.year(), to=later, why="Floods", by=cast["CA"])
    one = standings(later)[group.slug]
    assert (one.stage, one.due_on, one.extended, one.overdue) == (ReportStage.NOT_STARTED, later, True, False)
    late = standings(later + timedelta(days=1))[group.slug]
    assert (late.overdue, late.kind) == (True, "late")
