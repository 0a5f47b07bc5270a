"""A restored copy sends no mail until an operator says so; the database that was migrated does."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from core.mail import live, outbox, sender
from core.mail.eligibility import Unchecked
from core.models import LiveDatabase, MailState, OutgoingMail

pytestmark = pytest.mark.django_db
NOTICE = "The portal sends no mail"


def as_a_restored_copy() -> None:
    """What a restore leaves: the row of the database from which the copy was made, whose identity is another one."""
    LiveDatabase.objects.update(identity="7577777777777777777/16400")


def queue() -> None:
    outbox.queue(
        key="tests:live",
        purpose="tests",
        to="reader@example.org",
        subject="S",
        text="T",
        still_due=Unchecked.PERSON_WAITS,
    )


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mail_live", *arguments, stdout=out)
    return out.getvalue()


def test_a_migrated_database_sends_mail_without_a_further_step(smtp_sink):
    queue()
    assert sender.send_waiting() == sender.Outcome(sent=1)


def test_a_restored_copy_keeps_its_mail_until_an_operator_sets_it_live(smtp_sink):
    as_a_restored_copy()
    queue()
    assert sender.send_waiting() == sender.Outcome()
    assert (OutgoingMail.objects.get().state, smtp_sink.connections) == (MailState.QUEUED, 0)
    assert told() == "This database sends no mail. 1 mails are waiting for `mail_live on`.\n"
    assert told("on") == "This database sends mail. 1 mails are waiting.\n"
    assert sender.send_waiting() == sender.Outcome(sent=1)


def test_mail_is_switched_off_for_this_database_and_twice_changes_nothing(smtp_sink, settings):
    for _twice in range(2):
        assert "sends no mail" in told("off")
    for _twice in range(2):
        assert "sends mail" in told("on")
    settings.MAIL_LIVE = False
    assert told() == "No mail is sent, because SSC_MAIL_LIVE is false.\n"


def test_administrators_read_that_a_copy_sends_no_mail(client, cast):
    pages = [reverse("office:dashboard"), reverse("office:mail-queue")]
    client.force_login(cast["CA"])
    assert [NOTICE in client.get(page).content.decode() for page in pages] == [False, False]
    as_a_restored_copy()
    assert [NOTICE in client.get(page).content.decode() for page in pages] == [True, True]
    client.force_login(cast["CS"])  # does not see the mail queue, and can do nothing about it
    assert NOTICE not in client.get(pages[0]).content.decode()


def test_the_identity_is_that_of_this_database_on_this_server():
    server, _slash, number = live.identity().partition("/")
    assert server.isdecimal()
    assert number.isdecimal()
