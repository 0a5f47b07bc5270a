"""The schedule sends reminders for overdue duties, each once, with a link to the duty's page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings as portal
from django.db import transaction
from django.utils import timezone

from core import scope
from core.models import OutgoingMail
from duties.tasks import send_due_reminders
from groups.models import Appointment
from tests import conftest, factories


@pytest.fixture
def february(settings) -> None:
    """The reports on 2026 have been due since 31 January."""
    settings.CLOCK_SHIFT = datetime(2027, 2, 3, 9, tzinfo=UTC) - timezone.now()


@pytest.fixture
def everybody(february, group, other_group) -> conftest.Cast:
    return conftest.make_cast(group, other_group)


def reminders(post_office, address: str) -> list[str]:
    return [
        letter
        for letter in post_office.letters_to(address)
        if "/report/2026/" in letter or "overdue" in letter
    ]


def test_an_overdue_report_is_reminded_once_and_the_link_leads_to_it(
    everybody, visitor, sign_in, post_office
):
    chair = everybody["LE"]
    send_due_reminders()
    send_due_reminders()  # the schedule comes round again
    letters = reminders(post_office, chair.email)
    assert len(letters) == 1
    send_due_reminders()
    assert len(reminders(post_office, chair.email)) == 1
    assert not post_office.letters_to(everybody["ME"].email)

    sign_in(visitor, chair)
    visitor.sees("days overdue")
    visitor.go(post_office.link_to(chair.email, "/en/"))
    assert visitor.page.locator("h1").is_visible()


def test_whoever_left_office_before_the_mail_went_is_not_reminded(everybody, group, post_office):
    chair = everybody["LE"]
    send_due_reminders()
    assert OutgoingMail.objects.filter(to=chair.email).exists()
    with transaction.atomic(), scope.read_everywhere("checks"):
        appointment = Appointment.objects.get(person=chair, group=group)
    factories.end_appointment(appointment)
    assert reminders(post_office, chair.email) == []


def test_the_schedule_holds_the_reminders_and_the_sending():
    tasks = {entry["task"] for entry in portal.CELERY_BEAT_SCHEDULE.values()}
    assert {"duties.tasks.send_due_reminders", "core.mail.tasks.send_waiting_mail"} <= tasks
