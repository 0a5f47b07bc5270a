"""The mail server refuses the address of an invitation: the leader sees it and has a task, until it is put right."""

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, scope
from core.mail import sender
from core.mail.models import OutgoingMail
from duties.registry import DutyQuery
from members import actions
from members.duties import membership_duties
from members.models import Handshake

pytestmark = pytest.mark.django_db(transaction=True)
WRONG, RIGHT = "eva.typo@example.org", "eva@example.org"


@pytest.fixture
def refused(group, cast, smtp_sink):
    """An invitation whose address does not exist, after the mail server has said so."""
    with scope.group_scope(group):
        handshake = actions.invite_person(group=group, by=cast["LE"], email=WRONG, given_name="Eva")
    smtp_sink.refuse_recipient(WRONG, "550 5.1.1 No such user")
    sender.send_waiting()
    return handshake


def tasks(person, group=None):
    with scope.read_everywhere("own-duties"):
        query = DutyQuery(day=clock.today(), person=person)
        return [one for one in membership_duties(query) if one.key.startswith("members.refused")]


def page(person, group, handshake):
    client = Client()
    client.force_login(person)
    url = reverse("members:invitation-detail", args=[group.slug, handshake.pk])
    return client.get(url).content.decode()


def test_the_leader_sees_that_the_invitation_did_not_arrive_and_why(group, cast, refused):
    shown = page(cast["LE"], group, refused)
    assert "The invitation did not arrive" in shown
    assert "5.1.1 No such user" in shown
    client = Client()
    client.force_login(cast["LE"])
    listed = client.get(reverse("members:member-list", args=[group.slug]), {"show": "invited"})
    assert "Email refused" in listed.content.decode()


def test_the_leaders_have_a_task_and_others_have_none(group, cast, refused):
    (task,) = tasks(cast["LE"])
    assert task.title == "Correct the address of Eva: the invitation did not arrive"
    assert tasks(cast["ME"]) == tasks(cast["PO"]) == []


def test_the_task_of_everybody_is_the_same_as_that_of_the_leader(group, cast, refused):
    (own,) = tasks(cast["LE"])
    with scope.read_everywhere("reminders"):
        (everybody,) = [
            one
            for one in membership_duties(DutyQuery(day=clock.today()))
            if one.key.startswith("members.refused")
        ]
    assert (everybody.key, everybody.title, everybody.people) == (own.key, own.title, own.people)


def test_the_right_address_ends_the_task(group, cast, refused, smtp_sink):
    with scope.group_scope(group):
        actions.readdress(handshake=Handshake.objects.get(pk=refused.pk), by=cast["LE"], email=RIGHT)
    sender.send_waiting()
    assert tasks(cast["LE"]) == []
    assert "The mail server accepted the email" in page(cast["LE"], group, refused)
    assert smtp_sink.recipients == [RIGHT]


def test_an_invitation_that_is_withdrawn_leaves_no_task(group, cast, refused):
    with scope.group_scope(group):
        actions.withdraw(handshake=Handshake.objects.get(pk=refused.pk), by=cast["LE"])
    assert tasks(cast["LE"]) == []


def test_an_answer_to_the_invitation_goes_to_the_leader_who_shows_an_address(group, cast, smtp_sink):
    cast["LE"].public_email = "chair@cats.example"
    cast["LE"].save()
    with scope.group_scope(group):
        actions.invite_person(group=group, by=cast["LE"], email=RIGHT, given_name="Eva")
    assert OutgoingMail.objects.get(purpose="members.invitation").reply_to == "chair@cats.example"
