"""A group's overview shows the same duties of a person as the person's task list."""

import pytest

from core import clock, scope
from duties.registry import DutyQuery, duties
from groups.access import roles_of
from members import actions
from reporting.states import TargetSetState
from reporting.summary import summaries
from tests import factories
from tests.members.helpers import invite, request
from tests.reporting import sets, written
from workspace.duties import duties_in_group

pytestmark = pytest.mark.django_db
CODES = ["LE", "DE", "RL", "PO", "TR", "FP", "ME", "NS", "CS", "CA", "SC", "SU"]


def on_the_overview(person, group):
    """The keys of the person's duties on the group's overview, in order."""
    day, held = clock.today(), roles_of(person)
    with scope.group_scope(group):
        summary = summaries([group], day)[group.pk]
        return [duty.key for duty in duties_in_group(person, held, summary, day)]


def on_the_task_list(person, group):
    """The keys of the person's duties in the group, as every provider gives them."""
    query = DutyQuery(day=clock.today(), person=person, group_ids=(group.pk,))
    with scope.read_everywhere("own-duties"):
        return [duty.key for duty in duties(query) if not duty.waiting and person.pk in duty.people]


def fill(group, cast, stranger):
    """Something to do for everybody: a request, an invitation, targets to record, a report to review."""
    request(group, stranger)
    actions.prepare_invitation(group=group, by=cast["PO"], email="new@example.org")
    invite(group, cast["LE"], cast["OM"].email)
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    sets.make_target(target_set, 1)


@pytest.mark.parametrize("code", CODES)
def test_the_overview_and_the_task_list_name_the_same_duties(group, cast, stranger, code):
    fill(group, cast, stranger)
    assert on_the_overview(cast[code], group) == on_the_task_list(cast[code], group)


def test_the_same_holds_for_a_report_under_review_with_and_without_network_support(group, cast):
    written.submit(group, cast["LE"])
    lonely = factories.make_group("Lonely Beetle Specialist Group")
    leader = factories.make_person()
    factories.appoint(lonely, leader, "chair")
    written.submit(lonely, leader)
    sets.make_set(
        lonely, state=TargetSetState.SUBMITTED, submitted_by=leader, submitted_at="2026-02-20T09:00Z"
    )
    found = {}
    for place in (group, lonely):
        for person in (cast["NS"], cast["CA"], cast["LE"], leader):
            keys = on_the_overview(person, place)
            assert keys == on_the_task_list(person, place)
            found[place.slug, person.pk] = [key.partition(":")[0] for key in keys]
    assert found[group.slug, cast["NS"].pk] == ["report-review"]
    assert found[group.slug, cast["CA"].pk] == []
    # What a group without network support has sent is in the queue of the Chair's Office, not a duty in the group.
    assert found[lonely.slug, cast["CA"].pk] == []


def test_the_overview_of_a_closed_group_asks_for_nothing(group, cast):
    assert on_the_overview(cast["LE"], group)
    group.closed_on = clock.today()
    group.save()
    assert on_the_overview(cast["LE"], group) == on_the_task_list(cast["LE"], group) == []
