"""Setting, sending and approving targets."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from core import scope
from core.errors import Conflict, DomainError, NotAllowed
from core.mail.models import OutgoingMail
from core.models import AuditEntry
from reporting.errors import MovedOn, NothingToSend, TargetsLocked, WrongTarget
from reporting.models import Target, TargetSet
from reporting.states import TARGET_MOVES, TargetSetState
from reporting.targets import actions
from tests import factories
from tests.reporting import sets


@pytest.fixture
def inside(group):
    """Work inside the group, as its pages do."""
    with scope.group_scope(group):
        yield group


def add(group, by, **given):
    return actions.add_target(group=group, period=sets.period(), by=by, answers=sets.answers(**given))


def submitted(group, cast):
    add(group, cast["LE"])
    return actions.submit_targets(target_set=TargetSet.objects.get(), by=cast["LE"])


def test_targets_get_the_codes_of_their_group_in_order(inside, other_group, cast):
    assert [add(inside, cast[code]).code for code in ("LE", "DE", "RL", "PO", "FP", "NS", "CA")] == [
        f"T-{number:03}" for number in range(1, 8)
    ]
    with scope.group_scope(other_group):
        assert add(other_group, cast.other["LE"]).code == "T-001"


@pytest.mark.parametrize("code", ["ME", "TR", "SC", "DC", "SM", "RR", "SU", "AP", "OM"])
def test_a_target_is_not_added_by_somebody_whose_role_does_not_write(inside, cast, code):
    with pytest.raises(NotAllowed):
        add(inside, cast[code])
    assert Target.objects.count() == 0


def test_a_dropped_target_keeps_its_code_and_its_word(inside, leader):
    first = add(inside, leader)
    actions.drop_target(target=first, by=leader, why="The habitat is closed to us.")
    assert add(inside, leader).code == "T-002"
    first.refresh_from_db()
    assert (first.code, first.dropped_why) == ("T-001", "The habitat is closed to us.")
    again = actions.drop_target(target=first, by=leader, why="Another word")
    assert again.dropped_why == "The habitat is closed to us."


@pytest.mark.parametrize(
    "given",
    [
        {"due_year": 2025},
        {"due_year": 2030},
        {"quantity": Decimal(-1)},
        {"component": "act", "subcategory": "red-list"},
        {"key_result": 10**6},
    ],
)
def test_answers_that_do_not_fit_are_refused_with_a_sentence(inside, leader, given):
    with pytest.raises(WrongTarget) as refusal:
        add(inside, leader, **given)
    assert str(refusal.value).endswith(".")
    assert Target.objects.count() == 0


def test_a_due_year_in_the_past_is_refused_but_one_that_stood_before_stays(inside, leader, settings):
    target = add(inside, leader, due_year=2026)
    settings.CLOCK_SHIFT = timedelta(days=365)
    with pytest.raises(WrongTarget, match="2026 is over"):
        add(inside, leader, due_year=2026)
    changed = actions.edit_target(
        target=target, by=leader, answers=sets.answers(due_year=2026, text="Still 2026"), version=1
    )
    assert (changed.due_year, changed.text) == (2026, "Still 2026")


def test_the_second_saver_sees_both_texts_and_nothing_is_overwritten(inside, cast):
    target = add(inside, cast["LE"])
    actions.edit_target(
        target=target, by=cast["PO"], answers=sets.answers(text="From the officer"), version=1
    )
    with pytest.raises(Conflict) as conflict:
        actions.edit_target(
            target=target, by=cast["LE"], answers=sets.answers(text="From the chair"), version=1
        )
    assert (conflict.value.theirs["text"], conflict.value.yours["text"]) == (
        "From the officer",
        "From the chair",
    )
    target.refresh_from_db()
    assert (target.text, target.version) == ("From the officer", 2)


def test_saving_what_stands_changes_nothing(inside, leader):
    target = add(inside, leader)
    acts = AuditEntry.objects.count()
    assert actions.edit_target(target=target, by=leader, answers=sets.answers(), version=1).version == 1
    assert AuditEntry.objects.count() == acts


def test_only_a_leader_sends_targets_and_sending_twice_is_harmless(inside, cast):
    add(inside, cast["LE"])
    target_set = TargetSet.objects.get()
    for code in ("DE", "RL", "PO", "FP", "TR", "ME", "NS", "CA"):
        with pytest.raises(NotAllowed):
            actions.submit_targets(target_set=target_set, by=cast[code])
    actions.submit_targets(target_set=target_set, by=cast["LE"])
    actions.submit_targets(target_set=target_set, by=cast["LE"])
    target_set.refresh_from_db()
    assert (target_set.state, target_set.submitted_by) == (TargetSetState.SUBMITTED, cast["LE"])
    assert AuditEntry.objects.filter(verb="reporting.targets_submitted").count() == 1
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [cast["NS"].email]


def test_sending_needs_a_target_and_the_version_that_was_read(inside, leader):
    target = add(inside, leader)
    read = TargetSet.objects.get().version
    actions.drop_target(target=target, by=leader, why="Not this time")
    with pytest.raises(NothingToSend):
        actions.submit_targets(target_set=TargetSet.objects.get(), by=leader, version=read)
    add(inside, leader)
    with pytest.raises(MovedOn):
        actions.submit_targets(target_set=TargetSet.objects.get(), by=leader, version=read)


def test_sent_and_agreed_targets_do_not_change(inside, cast):
    target_set = submitted(inside, cast)
    target = Target.objects.get()
    for _state in ("sent", "agreed"):
        for act in (
            lambda: add(inside, cast["LE"]),
            lambda: actions.edit_target(
                target=target, by=cast["LE"], answers=sets.answers(text="Other"), version=1
            ),
            lambda: actions.drop_target(target=target, by=cast["LE"], why="No"),
        ):
            with pytest.raises(TargetsLocked):
                act()
        if _state == "sent":
            actions.agree_targets(target_set=target_set, by=cast["NS"], version=target_set.version)
    assert list(Target.objects.values_list("text", "dropped_at")) == [(sets.answers().text, None)]


@pytest.mark.parametrize("code", ["LE", "DE", "RL", "PO", "FP", "TR", "ME", "SC", "DC", "SM", "SU"])
def test_only_the_office_decides(inside, cast, code):
    target_set = submitted(inside, cast)
    with pytest.raises(NotAllowed):
        actions.agree_targets(target_set=target_set, by=cast[code], version=target_set.version)


def test_network_support_of_another_group_does_not_decide(inside, cast):
    target_set = submitted(inside, cast)
    with pytest.raises(NotAllowed):
        actions.agree_targets(target_set=target_set, by=cast.other["NS"], version=target_set.version)


def test_two_people_decide(inside, cast):
    """Not who changed a target, not who sent them, not who holds an office in the group."""
    add(inside, cast["NS"])
    both = factories.make_person("Both", "Hats")
    factories.appoint(inside, both, "co_chair")
    factories.appoint_network(both, "CA")
    actions.submit_targets(target_set=TargetSet.objects.get(), by=cast["LE"])
    target_set = TargetSet.objects.get()
    for person in (cast["NS"], both):
        with pytest.raises(NotAllowed):
            actions.agree_targets(target_set=target_set, by=person, version=target_set.version)
    decided = actions.agree_targets(target_set=target_set, by=cast["CS"], version=target_set.version)
    assert (decided.state, decided.decided_by) == (TargetSetState.AGREED, cast["CS"])


def test_a_decision_is_about_the_version_that_was_read(inside, cast):
    target_set = submitted(inside, cast)
    read = target_set.version
    actions.return_targets(target_set=target_set, by=cast["NS"], version=read, word="Name the species")
    add(inside, cast["LE"], text="Another one")
    actions.submit_targets(target_set=target_set, by=cast["LE"])
    with pytest.raises(MovedOn):
        actions.agree_targets(target_set=target_set, by=cast["CA"], version=read)


def test_returned_targets_can_be_mended_and_the_leaders_hear_why(inside, cast):
    target_set = submitted(inside, cast)
    actions.return_targets(
        target_set=target_set,
        by=cast["NS"],
        version=target_set.version,
        word="Name the species <b>please</b>",
    )
    mail = OutgoingMail.objects.get(purpose="reporting.targets_returned")
    assert mail.to == cast["LE"].email
    assert "Name the species <b>please</b>" in mail.text
    assert "Name the species &lt;b&gt;please&lt;/b&gt;" in mail.html
    assert add(inside, cast["LE"]).code == "T-002"


def test_states_move_only_along_the_table(inside, cast):
    """Every state, every act: what the table does not have is refused and leaves the state alone."""
    acts = {
        TargetSetState.SUBMITTED: lambda one: actions.submit_targets(target_set=one, by=cast["LE"]),
        TargetSetState.AGREED: lambda one: actions.agree_targets(
            target_set=one, by=cast["CS"], version=one.version
        ),
        TargetSetState.RETURNED: lambda one: actions.return_targets(
            target_set=one, by=cast["CS"], version=one.version, word="No"
        ),
    }
    for state in TargetSetState:
        for to, act in acts.items():
            with transaction.atomic():
                one = sets.make_set(
                    inside,
                    state=state,
                    submitted_at="2026-01-01T00:00Z",
                    submitted_by=cast["LE"],
                    decided_by=cast["CA"],
                    decided_at="2026-01-02T00:00Z",
                )
                sets.make_target(one, 1)
                _moves_or_stays(one, state, to, act)
                transaction.set_rollback(True)


def _moves_or_stays(one, state, to, act):
    """Do the act, and compare the state with what the table says."""
    if to in TARGET_MOVES.get(state, set()):
        act(one)
        expected = to
    else:
        expected = state
        if state != to or to != TargetSetState.SUBMITTED:
            with pytest.raises(DomainError):
                act(one)
    assert TargetSet.objects.get().state == expected, (state, to)


def _race(group, by, *, locked):
    """Two people add at once. The control leaves the lock out and reads the number first, as naive code would."""
    barrier = threading.Barrier(2, timeout=10)
    codes, errors = [], []

    def naive():
        with scope.group_scope(group), transaction.atomic():
            target_set = TargetSet.objects.get()
            number = (
                target_set.targets.order_by("-number").values_list("number", flat=True).first() or 0
            ) + 1
            barrier.wait()
            return sets.make_target(target_set, number).code

    def proper():
        barrier.wait()
        with scope.group_scope(group):
            return add(group, by).code

    def run():
        try:
            codes.append((proper if locked else naive)())
        except Exception as error:  # noqa: BLE001 - the control is meant to fail in the database
            errors.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(codes), errors


@pytest.mark.django_db(transaction=True)
def test_two_people_adding_at_once_get_two_codes(group, leader):
    with scope.group_scope(group):
        add(group, leader)
    assert _race(group, leader, locked=True) == (["T-002", "T-003"], [])


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_people_would_want_the_same_code(group, leader):
    """The control of the race: it does happen, and then the database refuses the second."""
    with scope.group_scope(group):
        add(group, leader)
    assert _race(group, leader, locked=False) == (["T-002"], ["IntegrityError"])


@pytest.mark.django_db(transaction=True)
def test_two_people_deciding_at_once_give_one_answer_and_one_mail(group, cast):
    with scope.group_scope(group), transaction.atomic():
        target_set = submitted(group, cast)
    barrier = threading.Barrier(2, timeout=10)
    answers, refusals = [], []

    def run(code, act, word):
        try:
            barrier.wait()
            with scope.group_scope(group):
                decided = act(target_set=target_set, by=cast[code], version=target_set.version, word=word)
                answers.append(decided.state)
        except DomainError as error:
            refusals.append(error.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=("NS", actions.agree_targets, "")),
        threading.Thread(target=run, args=("CS", actions.return_targets, "Name the species")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scope.group_scope(group), transaction.atomic():
        assert answers == [TargetSet.objects.get().state]
    assert refusals == ["targets_locked"]
    assert OutgoingMail.objects.filter(to=cast["LE"].email).count() == 1


def test_a_failing_record_undoes_the_act(inside, leader, monkeypatch):
    """What is not in the trail did not happen: the act and its record are one transaction."""

    class TrailAwayError(Exception):
        pass

    def fail(*args, **fields):
        raise TrailAwayError

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(TrailAwayError), transaction.atomic():
        add(inside, leader)
    assert not TargetSet.objects.exists()
