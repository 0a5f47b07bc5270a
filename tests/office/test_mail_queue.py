"""Mails that failed because of the mail server are sent again all at once."""

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, scope
from core.mail import outbox
from core.mail.eligibility import Unchecked
from core.mail.models import MailState, OutgoingMail
from core.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db


def failed(number, **fields):
    outbox.queue(
        key=f"tests.queue:{number}",
        purpose="tests.queue",
        to=f"reader{number}@example.org",
        subject="A subject",
        text="A text",
        still_due=Unchecked.PERSON_WAITS,
    )
    given = {"state": MailState.FAILED, "attempts": 12, "reason": "554 quota", **fields}
    OutgoingMail.objects.filter(key=f"tests.queue:{number}").update(**given)


def states():
    return dict(OutgoingMail.objects.values_list("key", "state"))


def signed_in(person):
    client = Client()
    factories.sign_in(client, person)
    return client


def test_all_mails_that_failed_by_the_servers_fault_are_queued_at_once(cast):
    for number in range(120):
        failed(number)
    failed(120, address_refused=True)
    failed(121, state=MailState.UNSURE)
    failed(122, state=MailState.SENT, sent_at=clock.now())
    client = signed_in(cast["SU"])
    page = client.get(reverse("office:mail-queue")).content.decode()
    assert "Send 120 emails again" in page
    assert "1 to 50 of 122" in page
    assert client.post(reverse("office:mail-retry-all")).status_code == 302
    after = states()
    assert [after[f"tests.queue:{number}"] for number in (0, 119, 120, 121, 122)] == [
        MailState.QUEUED,
        MailState.QUEUED,
        MailState.FAILED,
        MailState.UNSURE,
        MailState.SENT,
    ]
    assert set(OutgoingMail.objects.filter(state=MailState.QUEUED).values_list("attempts", flat=True)) == {0}
    with scope.read_everywhere("checks"):
        assert AuditEntry.objects.get(verb="office.mails_retried").by == cast["SU"]


def test_people_without_the_right_see_no_button_and_cannot_send_again(cast):
    failed(1)
    client = signed_in(cast["CA"])
    assert "Send 1 email again" not in client.get(reverse("office:mail-queue")).content.decode()
    assert client.post(reverse("office:mail-retry-all")).status_code in (403, 404)
    assert states() == {"tests.queue:1": MailState.FAILED}
