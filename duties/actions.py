"""Reminders: send each due step of each duty to each person once, also after the portal was stopped for a time."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions import lock_person
from accounts.models import User
from core import audit, clock, scope
from core.mail import outbox
from core.models import MailClass
from duties import wording
from duties.models import SentReminder
from duties.queries import due_step
from duties.registry import Duty, DutyQuery, duties

logger = logging.getLogger(__name__)
Key = tuple[str, str]  # duty, step


def send_due_reminders(*, now: datetime | None = None) -> int:
    """Queue one mail for each person who has a due step that was not sent. Return the number of mails.

    It is safe to run this twice, late, or in two places at once. Each step is recorded in the transaction that
    queues its mail, under a lock on the person, and the database accepts each (duty, person, step) once.
    When one person's reminder raises an error, the others still get theirs, and the error is raised at the end.
    """
    day = (now or clock.now()).date()
    with audit.context(channel="job"):
        pending = _not_sent(_steps_due(_all_duties(day), day))
        people = User.objects.filter(pk__in=pending, is_active=True).order_by("pk")
        by_language: dict[str, list[User]] = defaultdict(list)
        for person in people:
            by_language[person.language].append(person)
        sent, errors = 0, []
        for language, readers in by_language.items():
            with translation.override(language):
                named = {duty.key: duty for duty in _all_duties(day)}
                for person in readers:
                    try:
                        sent += remind(person=person, steps=pending[person.pk], named=named, day=day)
                    except DatabaseError:
                        raise
                    except Exception as error:
                        logger.exception("reminder of person %s could not be written", person.pk)
                        errors.append(error)
    if errors:
        raise errors[0]
    return sent


def _all_duties(day: date) -> list[Duty]:
    """Return the duties of all people, with texts in the active language."""
    with transaction.atomic(), scope.read_everywhere("reminders"):
        return duties(DutyQuery(day=day))


def _steps_due(found: Iterable[Duty], day: date) -> dict[int, list[Key]]:
    """Return for each person the steps whose window includes the day."""
    due: dict[int, list[Key]] = defaultdict(list)
    for duty in found:
        if step := due_step(duty, day):
            for person in duty.people:
                due[person].append((duty.key, step.name))
    return due


def _not_sent(due: dict[int, list[Key]]) -> dict[int, list[Key]]:
    """Return the due steps without those that were sent. People without a step left are removed."""
    sent = set(SentReminder.objects.filter(person__in=due).values_list("person_id", "duty_key", "step"))
    left = {person: [key for key in keys if (person, *key) not in sent] for person, keys in due.items()}
    return {person: keys for person, keys in left.items() if keys}


@transaction.atomic
def remind(*, person: User, steps: list[Key], named: dict[str, Duty], day: date) -> bool:
    """Record the steps as sent and queue their mail. Return False when another run has queued all of them.

    Before the mail is sent, the sender checks that the person still has to do at least one of its duties.
    """
    # One run at a time for each person. The second run sees what the first has written.
    lock_person(person)
    left = [key for key in _not_sent({person.pk: steps}).get(person.pk, []) if key[0] in named]
    if not left:
        return False
    mail_key = f"duties.reminder:{person.pk}:{day}:{_digest(left)}"
    now = clock.now()
    SentReminder.objects.bulk_create(
        SentReminder(
            duty_key=key,
            person=person,
            step=step,
            due_on=named[key].due_on or day,
            sent_at=now,
            mail_key=mail_key,
        )
        for key, step in left
    )
    items = [named[key] for key, _step in left]
    items.sort(key=lambda duty: (duty.due_on or date.max, duty.key))
    late = sum(duty.due_on is not None and duty.due_on < day for duty in items)
    outbox.queue_template(
        "duties/emails/reminder",
        {**reminder_context(items, day), "late": late},
        key=mail_key,
        recipient=person,
        # A mail with an overdue task is essential. A person can decline reminders before the day.
        mail_class=MailClass.ESSENTIAL if late else MailClass.OPTIONAL,
        still_due=f"duties.reminder:{person.pk}:{day}:{_digest(left)}",
    )
    return True


def reminder_context(items: list[Duty], day: date) -> dict[str, object]:
    """Return the context for the templates of the reminder: the tasks with day, group and address, and one button."""
    rows = [
        {
            "title": duty.title,
            "url": absolute(duty.url),
            "group_name": duty.group_name,
            "when": wording.due_phrase(duty.due_on, day),
            "detail": duty.detail,
        }
        for duty in items
    ]
    single = len(rows) == 1
    return {
        "items": rows,
        "button_url": rows[0]["url"] if single else absolute(reverse("workspace:task-list")),
        "button_label": _("Go to the task") if single else _("See my tasks"),
        "settings_url": absolute(reverse("duties:notifications")),
    }


def absolute(path: str) -> str:
    """Return a path of the portal as a full address (BASE_URL)."""
    return path if path.startswith(("http://", "https://")) else f"{settings.BASE_URL}{path}"


def _digest(keys: list[Key]) -> str:
    text = "\n".join(f"{key} {step}" for key, step in sorted(keys))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@transaction.atomic
def choose_optional_mail(*, person: User, wanted: bool) -> None:
    """Save whether the person wants optional mail. Choosing the same again changes nothing."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.wants_optional_mail == wanted:
        return
    person.wants_optional_mail = wanted
    person.save(update_fields=["wants_optional_mail"])
    audit.record("duties.optional_mail_chosen", by=person, about=person, wanted=wanted)
