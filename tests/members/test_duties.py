"""The duties of people about invitations and requests."""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.db import transaction

from core import clock
from core.mail.eligibility import why_not
from core.scope import group_scope, read_everywhere
from duties.registry import DutyQuery, duties
from members import actions
from members.duties import DECISION_DAYS
from members.models import Handshake
from members.queries import member_choices
from members.summary import member_counts
from members.tasks import expire_handshakes
from tests import factories
from tests.members.helpers import acts, invite, mails, request


def owed(**question):
    """Duties as the portal asks for them: over all groups, each provider filters."""
    with read_everywhere("own-duties"):
        return duties(DutyQuery(day=clock.today(), **question))


def of(person, kind):
    return [duty for duty in owed(person=person) if kind_of(duty) == kind]


def kind_of(duty):
    """The first part of a duty's key."""
    return duty.key.partition(":")[0]


def test_a_request_is_a_duty_of_every_leader_for_two_weeks(group, cast, stranger):
    handshake = request(group, stranger)
    (duty,) = of(cast["LE"], "members.decide")
    assert duty.due_on == clock.today() + timedelta(days=DECISION_DAYS)
    assert duty.people == (cast["LE"].pk,)
    assert duty.group_id == group.pk
    assert of(cast["ME"], "members.decide") == []
    assert of(cast.other["LE"], "members.decide") == []
    actions.accept_request(handshake=handshake, by=cast["LE"])
    assert of(cast["LE"], "members.decide") == []


def test_a_deputy_owes_the_answer_only_while_delegated(group, cast, stranger):
    request(group, stranger)
    assert of(cast["DE"], "members.decide") == []
    factories.appoint(
        group, cast["DE"], "delegate", made_by=cast["LE"], ends_on=clock.today() + timedelta(days=3)
    )
    assert len(of(cast["DE"], "members.decide")) == 1


def test_all_duties_name_the_same_people_as_each_person_sees(group, cast, stranger):
    request(group, stranger)
    actions.prepare_invitation(group=group, by=cast["PO"], email="new@example.org")
    invite(group, cast["LE"], cast["OM"].email)
    everybody = [duty for duty in owed() if duty.key.startswith("members.")]
    for duty in everybody:
        for pk in duty.people:
            person = next(one for one in (*cast.people.values(), stranger) if one.pk == pk)
            assert duty.key in {own.key for own in of(person, kind_of(duty))}
    assert {kind_of(duty) for duty in everybody} == {"members.decide", "members.answer", "members.waiting"}


def test_an_invited_person_owes_an_answer_until_it_runs_out(group, leader, stranger):
    handshake = invite(group, leader, stranger.email)
    (duty,) = of(stranger, "members.answer")
    assert handshake.expires_at is not None
    assert duty.due_on == handshake.expires_at.date()
    actions.decline_invitation(handshake=handshake, by=stranger)
    assert of(stranger, "members.answer") == []


def test_a_request_is_shown_as_waiting_since_when(group, stranger):
    request(group, stranger)
    (duty,) = of(stranger, "members.waiting")
    assert (duty.waiting, duty.since, duty.steps) == (True, clock.today(), ())


def test_duties_of_one_group_leave_out_the_others(group, other_group, cast, stranger):
    request(group, stranger)
    request(other_group, stranger)
    found = owed(group_ids=(group.pk,))
    assert {duty.group_id for duty in found if duty.key.startswith("members.")} == {group.pk}


def test_an_invitation_mail_is_not_sent_once_the_link_is_dead(group, leader):
    handshake = invite(group, leader)
    (mail,) = mails("invitation")
    assert why_not(mail) == ""
    actions.withdraw(handshake=handshake, by=leader)
    assert why_not(mail) != ""


def test_groups_counts_and_names_members(group, other_group, cast):
    counts = member_counts([group.pk, other_group.pk], clock.today())
    with group_scope(group):
        names = member_choices(group, clock.today())
    assert counts[group.pk] == len(names)
    assert cast["ME"].pk in names
    assert cast["OM"].pk not in names


def test_every_mail_says_why_and_what_to_do_in_text_and_html(group, cast, stranger):
    handshake = request(group, stranger)
    actions.accept_request(handshake=handshake, by=cast["CA"], word="Welcome.")
    invite(group, cast["LE"])
    found = mails()
    assert len(found) >= 4
    for mail in found:
        assert mail.subject
        assert "\n" not in mail.subject
        assert "http" in mail.text
        assert "You get this because" in mail.text
        assert "You get this because" in mail.html
        assert "{{" not in mail.text + mail.html


def test_a_scheduled_job_says_in_every_record_that_it_was_a_job(group, leader):
    """Both records: the audit entry, and the history of the row."""
    handshake = invite(group, leader)
    with group_scope(group), transaction.atomic():
        Handshake.objects.filter(pk=handshake.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert expire_handshakes() == 1
    assert [entry.channel for entry in acts("members.invitation_expired")] == ["job"]
    with read_everywhere("checks"), transaction.atomic():
        events = apps.get_model("members.HandshakeEvent").objects.filter(pgh_obj=handshake.pk)
        last = events.order_by("pgh_id").last()
    assert (last.state, last.pgh_context["channel"]) == ("expired", "job")
