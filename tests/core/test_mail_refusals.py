"""A refused address is told apart from a fault of the mail server, and the second kind ends no mail for good."""

import pytest

from core.mail import outbox, refusals, sender
from core.mail.eligibility import Unchecked
from core.mail.models import MailState, OutgoingMail
from tests import factories


@pytest.mark.parametrize(
    ("code", "words", "at_recipient", "is_about_address"),
    [
        (550, "5.1.1 No such user", True, True),
        (550, "No such person here", True, True),
        (553, "mailbox name not allowed", True, True),
        (550, "5.2.1 mailbox disabled", False, True),
        (550, "5.7.1 Relaying denied", True, False),
        (550, "Relay access denied", True, False),
        (554, "5.7.1 Your address is on a block list", True, False),
        (550, "daily quota exceeded", True, False),
        (552, "5.2.2 mailbox full", True, False),
        (554, "Transaction failed", False, False),
        (550, "5.1.8 sender's domain does not exist", True, False),
        (450, "4.1.1 try again", True, False),
    ],
)
def test_a_reply_says_whether_the_address_or_the_server_is_at_fault(
    code, words, at_recipient, is_about_address
):
    assert refusals.is_about_address(code, words, at_recipient=at_recipient) is is_about_address


def queue(number, domain="example.org"):
    outbox.queue(
        key=f"tests.refusal:{number}",
        purpose="tests.refusal",
        to=f"reader{number}@{domain}",
        subject="A subject",
        text="A text",
        still_due=Unchecked.PERSON_WAITS,
    )
    return OutgoingMail.objects.get(key=f"tests.refusal:{number}")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_by_the_servers_rules_is_tried_again_until_it_works(smtp_sink):
    mail = queue(1)
    smtp_sink.refuse("554 5.7.1 quota of the relay is used up")
    sender.send_waiting()
    mail.refresh_from_db()
    assert (mail.state, mail.address_refused) == (MailState.QUEUED, False)
    assert "quota of the relay" in mail.reason
    smtp_sink.accept()
    OutgoingMail.objects.update(not_before=mail.queued_at)
    sender.send_waiting()
    mail.refresh_from_db()
    assert mail.state == MailState.SENT


@pytest.mark.django_db(transaction=True)
def test_a_wrong_address_ends_its_mail_and_no_other(smtp_sink):
    wrong, right = queue(1), queue(2)
    smtp_sink.refuse_recipient(wrong.to, "550 5.1.1 No such user")
    sender.send_waiting()
    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.state, wrong.address_refused) == (MailState.FAILED, True)
    assert (right.state, right.address_refused) == (MailState.SENT, False)


@pytest.mark.django_db(transaction=True)
def test_address_after_address_refused_in_many_domains_is_a_fault_of_the_server(smtp_sink):
    """A relay that no longer knows the portal answers "no such user" to everybody."""
    mails = [queue(number, f"domain{number % 3}.example") for number in range(12)]
    for mail in mails:
        smtp_sink.refuse_recipient(mail.to, "550 5.1.1 No such user")
    outcome = sender.send_waiting()
    assert (outcome.failed, outcome.put_off) == (0, refusals.MANY)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.QUEUED}
    assert not OutgoingMail.objects.filter(address_refused=True).exists()


@pytest.mark.django_db(transaction=True)
def test_wrong_addresses_of_one_domain_stay_refused(smtp_sink):
    """The control: one institute has closed its mailboxes, and mails to others still arrive."""
    for number in range(6):
        smtp_sink.refuse_recipient(queue(number).to, "550 5.1.1 No such user")
    sender.send_waiting()
    assert OutgoingMail.objects.filter(state=MailState.FAILED, address_refused=True).count() == 6


@pytest.mark.django_db(transaction=True)
def test_an_answer_goes_where_the_mail_says(smtp_sink, settings):
    settings.OFFICE_ADDRESS = "office@ssc.example"
    queue(1)
    outbox.queue(
        key="tests.refusal:2",
        purpose="tests.refusal",
        to="reader@example.org",
        subject="A subject",
        text="A text",
        still_due=Unchecked.PERSON_WAITS,
        recipient=factories.make_person("Ana", "Reader"),
        reply_to="chair@example.org",
    )
    sender.send_waiting()
    assert {message["Reply-To"] for message in smtp_sink.messages} == {
        "office@ssc.example",
        "chair@example.org",
    }
