"""Acts of any people in any order never break the rules of a set of targets."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import scope
from core.errors import DomainError
from reporting.models import Target, TargetSet
from reporting.states import TARGET_MOVES, TargetSetState
from reporting.targets import actions
from tests.reporting import sets

WHO = ("LE", "PO", "ME", "NS", "CS")
step = st.tuples(
    st.sampled_from(["add", "edit", "drop", "send", "agree", "return"]),
    st.sampled_from(WHO),
    st.integers(0, 3),
)
# Half of the series begin with something to decide about, once touched by network support and once not.
begun = st.sampled_from([[("add", "NS", 0), ("send", "LE", 0)], [("add", "PO", 0), ("send", "LE", 0)]])
series_of_acts = st.lists(step, max_size=14) | st.builds(list.__add__, begun, st.lists(step, max_size=10))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(series_of_acts)
def test_any_series_of_acts_keeps_codes_unique_states_on_the_table_and_two_people(group, cast, series):
    with scope.group_scope(group), transaction.atomic():
        edited, sender = set(), None
        for number, (act, code, which) in enumerate(series):
            before = TargetSet.objects.first()
            texts = dict(Target.objects.values_list("number", "text"))
            person = cast[code]
            try:
                _do(act, group, person, which, number)
            except DomainError:
                after = TargetSet.objects.first()
                assert (after and after.state) == (before and before.state)
                assert dict(Target.objects.values_list("number", "text")) == texts
                continue
            after = TargetSet.objects.first()
            if after is None:
                continue
            old = TargetSetState(before.state) if before else TargetSetState.DRAFT
            assert after.state == old or after.state in TARGET_MOVES[old]
            if dict(Target.objects.values_list("number", "text")) != texts:
                assert old in (TargetSetState.DRAFT, TargetSetState.RETURNED)
                edited.add(code)
            if act == "send" and old != TargetSetState.SUBMITTED:
                sender = code
            if after.state == TargetSetState.AGREED and old != TargetSetState.AGREED:
                assert code in ("NS", "CS")
                assert code not in edited
                assert code != sender
        numbers = list(Target.objects.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        transaction.set_rollback(True)


def _do(act, group, person, which, number):
    """One act with what it needs; without targets most acts have nothing to act on."""
    target_set = TargetSet.objects.first()
    target = Target.objects.order_by("number")[which : which + 1].first()
    if act == "add":
        actions.add_target(
            group=group, period=sets.period(), by=person, answers=sets.answers(text=f"Target {number}")
        )
    elif target_set is None or target is None:
        return
    elif act == "edit":
        answers = sets.answers(text=f"Changed {number}")
        actions.edit_target(target=target, by=person, answers=answers, version=target.version)
    elif act == "drop":
        actions.drop_target(target=target, by=person, why="A reason")
    elif act == "send":
        actions.submit_targets(target_set=target_set, by=person, version=target_set.version)
    elif act == "agree":
        actions.agree_targets(target_set=target_set, by=person, version=target_set.version)
    else:
        actions.return_targets(target_set=target_set, by=person, version=target_set.version, word="A word")
