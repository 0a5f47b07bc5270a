"""The outbox: each mail is written with its change, once per key, in the reader's language, one line per header."""

import pytest
from django.db import transaction

from core.mail import outbox
from core.mail.eligibility import Unchecked, UnknownCheck
from core.models import MailState, OutgoingMail
from tests import factories


class ReportLocked(Exception):
    """A rule that says no after the mail was written."""


pytestmark = pytest.mark.django_db


def queue(key="invitation:1", **fields):
    given = {
        "purpose": "tests.plain",
        "to": "reader@example.org",
        "subject": "Hello",
        "text": "Words",
        "still_due": Unchecked.PERSON_WAITS,
    }
    return outbox.queue(key=key, **{**given, **fields})


def test_a_key_is_queued_once_for_ever():
    assert queue() is True
    assert queue(text="Other words") is False
    assert OutgoingMail.objects.values_list("text", "state").get() == ("Words", MailState.QUEUED)


def test_a_change_that_fails_takes_its_mail_along():
    def change():
        with transaction.atomic():
            queue()
            assert OutgoingMail.objects.count() == 1
            raise ReportLocked

    with pytest.raises(ReportLocked):
        change()
    assert OutgoingMail.objects.count() == 0


def test_line_ends_in_a_subject_cannot_add_a_header():
    queue(subject="You are invited\r\nBcc: everybody@example.org\x00")
    assert OutgoingMail.objects.get().subject == "You are invited Bcc: everybody@example.org"


def test_each_call_of_once_only_is_its_own_mail():
    assert [queue(key=outbox.once_only("code")) for _ in range(2)] == [True, True]
    assert OutgoingMail.objects.values("message_id").distinct().count() == 2


def test_a_template_is_written_in_the_language_of_its_reader():
    person = factories.make_person(language="fr")
    task = {
        "title": "Finish <the> report",
        "url": "https://x.example/",
        "when": "",
        "group_name": "",
        "detail": "",
    }
    outbox.queue_template(
        "duties/emails/reminder",
        {"items": [task], "late": 1, "button_url": "https://x.example/", "button_label": "Go"},
        key="reminder:x",
        recipient=person,
        still_due=Unchecked.PERSON_WAITS,
    )
    mail = OutgoingMail.objects.get()
    assert (mail.language, mail.to, mail.recipient) == ("fr", person.email, person)
    assert '<html lang="fr">' in mail.html
    assert "Finish &lt;the&gt; report" in mail.html
    assert "- Finish <the> report\n" in mail.text
    assert mail.purpose == "duties.reminder"


@pytest.mark.parametrize("still_due", ["", "tests.nobody-registers-this:1", "unchecked:because"])
def test_a_mail_without_a_check_or_a_named_reason_is_refused(still_due):
    with pytest.raises(UnknownCheck):
        queue(still_due=still_due)
    assert OutgoingMail.objects.count() == 0


def test_a_subject_contains_no_address_that_becomes_a_link():
    queue(subject="Visit www.evil.example now")
    assert OutgoingMail.objects.get().subject == "Visit www[.]evil[.]example now"
