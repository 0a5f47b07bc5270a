"""Every kind of mail asks again before it is sent: is the right still there, is the fact still so?

For each kind, the real action queues the mail. Then a right or a fact is taken away, and nothing of the kind reaches
the mail server. The control of each: without the change, the mail arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings as django_settings

from accounts.adapter import UNCHECKED
from accounts.models import User
from core import clock, scope
from core.mail import sender
from core.mail.models import MailState, OutgoingMail
from duties import actions as duty_actions
from duties import registry
from duties.registry import Duty
from groups import actions as group_actions
from groups.models import Appointment, Group
from members import actions
from members.models import Membership
from reporting.reports import actions as reports
from reporting.review import actions as review
from reporting.targets import actions as targets
from tests import factories
from tests.conftest import Cast
from tests.members import helpers
from tests.pg.owner import as_owner
from tests.reporting import sets, written

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)


@dataclass
class Stage:
    """The group and its people, the settings that move the clock, and what the action of a kind returned."""

    group: Group
    cast: Cast
    settings: Any
    monkeypatch: Any
    guest: User
    done: dict[str, Any] = field(default_factory=dict)

    @property
    def leader(self) -> User:
        return self.cast["LE"]


Act = Callable[[Stage], Any]


# ---------------------------------------------------------------- What queues the mails


def invited(at: Stage) -> None:
    at.done["handshake"] = helpers.invite(at.group, at.leader, email=at.guest.email)


def withdrawn(at: Stage) -> None:
    invited(at)
    sender.send_waiting()
    actions.withdraw(handshake=at.done["handshake"], by=at.leader)


def address_code(at: Stage) -> None:
    at.done["handshake"] = helpers.invite(at.group, at.leader, email="other.address@example.org")
    actions.send_address_code(handshake=at.done["handshake"], by=at.guest)


def accepted(at: Stage) -> None:
    invited(at)
    helpers.accept(at.done["handshake"], at.guest)


def declined(at: Stage) -> None:
    invited(at)
    actions.decline_invitation(handshake=at.done["handshake"], by=at.guest)


def requested(at: Stage) -> None:
    at.done["handshake"] = helpers.request(at.group, at.guest)


def accepted_in_place(at: Stage) -> None:
    requested(at)
    actions.accept_request(handshake=at.done["handshake"], by=at.cast["CA"])


def request_declined(at: Stage) -> None:
    requested(at)
    actions.decline_request(handshake=at.done["handshake"], by=at.leader, word="Not this year")


def member_ended(at: Stage) -> None:
    accepted(at)
    sender.send_waiting()
    guest_ends(at)


def member_left(at: Stage) -> None:
    accepted(at)
    sender.send_waiting()
    guest_leaves(at)


def new_link_asked(at: Stage) -> None:
    invited(at)
    sender.send_waiting()
    at.settings.CLOCK_SHIFT += 22 * DAY
    actions.ask_for_new_link(handshake=at.done["handshake"])


def other_address_asked(at: Stage) -> None:
    invited(at)
    actions.ask_for_other_address(handshake=at.done["handshake"], by=factories.make_person())


def report_sent(at: Stage) -> None:
    at.done["report"] = written.submit(at.group, at.leader)


def report_accepted(at: Stage) -> None:
    at.done["report"] = written.publish(at.group, at.leader, at.cast["CS"])


def report_returned(at: Stage) -> None:
    report_sent(at)
    written.decide(at.done["report"], at.cast["CS"], "returned", message="Name the species")


def extend(at: Stage, days: int) -> None:
    with written.inside(at.group):
        due_on = written.year().due_on
        review.extend_deadline(
            group=at.group, year=written.year(), to=due_on + days * DAY, why="Flood", by=at.cast["CS"]
        )


def report_shared(at: Stage) -> None:
    with written.inside(at.group):
        at.done["grant"] = reports.share_report(
            group=at.group,
            year=written.year(),
            person=at.cast["ME"],
            ends_on=clock.today() + 9 * DAY,
            by=at.leader,
        )


def targets_sent(at: Stage) -> None:
    at.done["set"] = sets.make_set(at.group)
    sets.make_target(at.done["set"], 1)
    with sets.inside(at.group):
        at.done["set"] = targets.submit_targets(target_set=at.done["set"], by=at.leader)


def targets_decided(act: Any) -> Act:
    def decide(at: Stage) -> None:
        targets_sent(at)
        with sets.inside(at.group):
            one = at.done["set"]
            at.done["set"] = act(target_set=one, by=at.cast["CS"], version=one.version, word="Well")

    return decide


def reminded(at: Stage) -> None:
    owed = [Duty(key="tests:1", title="Write", url="/", due_on=clock.today(), people=(at.leader.pk,))]
    at.done["owed"] = owed
    at.monkeypatch.setattr(registry, "_providers", {"tests": lambda query: owed})
    duty_actions.send_due_reminders()


# ---------------------------------------------------------------- What takes away a right or a fact


def office_ends(code: str) -> Act:
    def end(at: Stage) -> None:
        with scope.group_scope(at.group):
            row = Appointment.objects.select_related("group").get(
                person=at.cast[code], office__in=("chair", "network_support")
            )
        group_actions.end_leader(appointment=row, by=at.cast["SC"])

    return end


leader_ends, support_ends = office_ends("LE"), office_ends("NS")


def group_closes(at: Stage) -> None:
    group_actions.close_group(group=at.group, by=at.cast["SC"])


def invitation_withdrawn(at: Stage) -> None:
    actions.withdraw(handshake=at.done["handshake"], by=at.leader)


def request_withdrawn(at: Stage) -> None:
    actions.withdraw_request(handshake=at.done["handshake"], by=at.guest)


def request_answered(at: Stage) -> None:
    actions.accept_request(handshake=at.done["handshake"], by=at.cast["CA"])


def guest_membership(at: Stage) -> Membership:
    with scope.group_scope(at.group):
        return Membership.objects.on().select_related("group", "person").get(person=at.guest)


def guest_ends(at: Stage) -> None:
    actions.end_membership(membership=guest_membership(at), by=at.leader, reason="No longer active")


def guest_leaves(at: Stage) -> None:
    actions.end_membership(membership=guest_membership(at), by=at.guest)


def guest_joins(at: Stage) -> None:
    helpers.accept(helpers.invite(at.group, at.leader, email=at.guest.email), at.guest)


def sent_again(at: Stage) -> None:
    actions.send_again(handshake=at.done["handshake"], by=at.leader)


def never_sent(at: Stage) -> None:
    with as_owner():  # a mail that was sent stays so; here there is none
        OutgoingMail.objects.filter(purpose="members.invitation").delete()


def returned(at: Stage) -> None:
    written.decide(at.done["report"], at.cast["CS"], "returned", message="Name the species")


def sent_once_more(at: Stage) -> None:
    with written.inside(at.group):
        reports.submit_report(report=at.done["report"], by=at.leader)


def unshared(at: Stage) -> None:
    with written.inside(at.group):
        reports.end_share(grant=at.done["grant"], by=at.leader)


def member_removed(at: Stage) -> None:
    with scope.group_scope(at.group):
        membership = Membership.objects.on().select_related("group", "person").get(person=at.cast["ME"])
    actions.end_membership(membership=membership, by=at.leader, reason="No longer active")


def targets_returned(at: Stage) -> None:
    with sets.inside(at.group):
        one = at.done["set"]
        targets.return_targets(target_set=one, by=at.cast["CS"], version=one.version, word="Name them")


def targets_once_more(at: Stage) -> None:
    with sets.inside(at.group):
        targets.submit_targets(target_set=at.done["set"], by=at.leader)


def done_meanwhile(at: Stage) -> None:
    at.done["owed"].clear()


def account_closes(at: Stage) -> None:
    """Every account is closed: what is left are mails to addresses without one."""
    User.objects.update(is_active=False)


# Kind -> what queues it, and what may happen before it is sent.
KINDS: dict[str, tuple[Act, list[Act]]] = {
    "members.invitation": (invited, [invitation_withdrawn, leader_ends, group_closes]),
    "members.withdrawn": (withdrawn, [never_sent]),
    "members.address_code": (address_code, [invitation_withdrawn]),
    "members.welcome": (accepted, [guest_ends, guest_leaves, group_closes, account_closes]),
    "members.accepted": (accepted, [leader_ends, guest_leaves, account_closes]),
    "members.declined": (declined, [leader_ends, account_closes]),
    "members.request_received": (
        requested,
        [leader_ends, request_withdrawn, request_answered, group_closes, account_closes],
    ),
    "members.accepted_in_leaders_place": (accepted_in_place, [leader_ends, guest_leaves, account_closes]),
    "members.request_declined": (request_declined, [guest_joins, account_closes]),
    "members.ended": (member_ended, [guest_joins, account_closes]),
    "members.left": (member_left, [leader_ends, guest_joins, account_closes]),
    "members.new_link_asked": (new_link_asked, [leader_ends, sent_again, account_closes]),
    "members.other_address_asked": (other_address_asked, [leader_ends, invitation_withdrawn, account_closes]),
    "reporting.report_receipt": (report_sent, [leader_ends, returned, account_closes]),
    "reporting.report_arrived": (report_sent, [support_ends, returned, account_closes]),
    "reporting.report_accepted": (report_accepted, [leader_ends, account_closes]),
    "reporting.report_returned": (report_returned, [leader_ends, sent_once_more, account_closes]),
    "reporting.report_extended": (
        lambda at: extend(at, 10),
        [leader_ends, lambda at: extend(at, 20), account_closes],
    ),
    "reporting.report_shared": (report_shared, [unshared, member_removed, group_closes, account_closes]),
    "reporting.targets_submitted": (targets_sent, [support_ends, targets_returned, account_closes]),
    "reporting.targets_agreed": (targets_decided(targets.agree_targets), [leader_ends, account_closes]),
    "reporting.targets_returned": (
        targets_decided(targets.return_targets),
        [leader_ends, targets_once_more, account_closes],
    ),
    "duties.reminder": (reminded, [done_meanwhile, account_closes]),
}
# Kinds without a check. accounts.adapter names the reasons of allauth's kinds.
WITHOUT_CHECK = {"accounts.proof_code"}


@pytest.fixture
def stage(group, cast, settings, monkeypatch) -> Stage:
    return Stage(group, cast, settings, monkeypatch, factories.make_person("Oyelaran", "Adebayo"))


def queued(kind: str, stage: Stage) -> set[str]:
    """Let the real action queue the mail. Returns the Message-IDs of the kind that are not sent yet."""
    KINDS[kind][0](stage)
    rows = OutgoingMail.objects.filter(purpose=kind, state=MailState.QUEUED)
    found = set(rows.values_list("message_id", flat=True))
    assert found, f"nothing queued a mail of the kind {kind}"
    return found


def arrived(smtp_sink) -> set[str]:
    sender.send_waiting()
    assert not OutgoingMail.objects.filter(state=MailState.FAILED).exists(), "a check broke"
    return {str(message["Message-ID"]) for message in smtp_sink.messages}


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_arrives_when_nothing_has_changed(kind, stage, smtp_sink):
    """The control: what the next test does not find is there to be sent."""
    mails = queued(kind, stage)
    assert mails <= arrived(smtp_sink)


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, number) for kind, (_, ends) in KINDS.items() for number in range(len(ends))]
)
def test_a_mail_whose_right_or_fact_has_gone_does_not_arrive(kind, number, stage, smtp_sink):
    mails = queued(kind, stage)
    KINDS[kind][1][number](stage)
    assert mails & arrived(smtp_sink) == set()
    states = OutgoingMail.objects.filter(message_id__in=mails).values_list("state", flat=True)
    assert set(states) == {MailState.DROPPED}


def kinds_with_templates() -> set[str]:
    """Every kind of mail that has a text among the templates of the portal."""
    return {
        f"{path.parent.parent.name}.{path.name.removesuffix('_subject.txt')}"
        for path in (ROOT / "templates").glob("*/emails/*_subject.txt")
    }


def test_every_kind_of_mail_is_in_this_file():
    assert kinds_with_templates() == set(KINDS) | WITHOUT_CHECK


def test_every_mail_of_the_sign_in_has_a_reason():
    """Those of allauth's apps that the portal installs, so that an update with a new kind is seen here."""
    templates = Path(allauth.__file__).parent / "templates"
    installed = {name.rpartition(".")[2] for name in django_settings.INSTALLED_APPS if "allauth" in name}
    found = {
        path.name.removesuffix("_subject.txt")
        for app in installed
        for path in (templates / app / "email").glob("*_subject.txt")
    }
    assert len(found) > 12
    assert found <= set(UNCHECKED)


def test_the_former_leader_does_not_get_the_message_of_a_request(stage, smtp_sink):
    """The worker stopped, a person asked to join with a private message, the leader's office ended."""
    stage.done["handshake"] = helpers.request(
        stage.group, stage.guest, message="I left my last post after a quarrel."
    )
    leader_ends(stage)
    sender.send_waiting()
    assert not any("quarrel" in str(message) for message in smtp_sink.messages)


def test_an_address_gets_no_mail_about_an_invitation_that_never_left(stage, smtp_sink):
    """Invited and withdrawn before the worker came: the address never learns that there was an invitation."""
    invited(stage)
    actions.withdraw(handshake=stage.done["handshake"], by=stage.leader)
    sender.send_waiting()
    assert smtp_sink.raw == []
