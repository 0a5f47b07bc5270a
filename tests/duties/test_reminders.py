"""Reminders: each step is sent once, to the right person, after any outage and in any race."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.mail import sender
from core.models import MailClass, MailState, OutgoingMail
from duties import actions, tasks
from duties.models import SentReminder
from duties.queries import due_step
from tests import factories

START = date(2026, 3, 1)
DUE = date(2026, 3, 20)


def sent():
    return sorted(SentReminder.objects.values_list("duty_key", "person__given_name", "step"))


@pytest.mark.django_db
def test_a_reminder_says_what_why_and_where_in_the_readers_language(laid, at, settings):
    at(DUE + timedelta(days=2))
    person = factories.make_person("Inès", language="fr")
    laid.owe(person, due_on=DUE, group_name="Cat Specialist Group", title="Finish <b>the</b> report")
    assert actions.send_due_reminders() == 1
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.mail_class) == (person.email, "fr", MailClass.ESSENTIAL)
    assert "Finish <b>the</b> report" in mail.subject
    for said in ("Cat Specialist Group", f"{settings.BASE_URL}/en/g/cat/report/2026/", "20 mars 2026"):
        assert said in mail.text
        assert said in mail.html
    assert "Finish &lt;b&gt;the&lt;/b&gt; report" in mail.html
    assert "<b>the</b>" not in mail.html


@pytest.mark.django_db
def test_each_step_comes_once_in_its_window(laid, at):
    person = factories.make_person("Ada")
    laid.owe(person, due_on=DUE)
    sent_on = []
    for days in range(40):
        at(START + timedelta(days=days))
        sent_on += [START + timedelta(days=days) for _twice in range(2) if actions.send_due_reminders()]
    assert sent_on == [DUE - timedelta(days=7), DUE + timedelta(days=1), DUE + timedelta(days=14)]
    assert [step for _key, _name, step in sent()] == ["overdue", "two_weeks_late", "week_before"]


@pytest.mark.django_db
def test_one_mail_carries_all_steps_of_a_person_and_each_is_recorded(laid, at):
    at(DUE)
    ada, ben = factories.make_person("Ada"), factories.make_person("Ben")
    laid.owe(ada, ben, key="report:1:2026", due_on=DUE)
    laid.owe(ada, key="targets:1:2026", due_on=DUE - timedelta(days=3), title="Set the targets")
    laid.owe(ada, key="waiting:1", due_on=DUE, waiting=True)
    assert actions.send_due_reminders() == 2
    assert sent() == [
        ("report:1:2026", "Ada", "week_before"),
        ("report:1:2026", "Ben", "week_before"),
        ("targets:1:2026", "Ada", "overdue"),
    ]
    to_ada = OutgoingMail.objects.get(recipient=ada)
    assert to_ada.subject == "You have 2 tasks, and something is overdue"
    assert to_ada.text.index("Set the targets") < to_ada.text.index("Finish the 2026 annual report")
    assert OutgoingMail.objects.get(recipient=ben).mail_class == MailClass.OPTIONAL


@pytest.mark.django_db
def test_nobody_without_a_duty_and_no_closed_account_is_reminded(laid, at):
    at(DUE)
    laid.owe(factories.make_person("Gone", is_active=False), due_on=DUE)
    factories.make_person("Idle")
    assert actions.send_due_reminders() == 0
    assert sent() == []


@pytest.mark.django_db
def test_a_failure_while_the_mail_is_written_takes_the_record_along(laid, at, monkeypatch):
    at(DUE)
    laid.owe(factories.make_person("Ada"), due_on=DUE)

    def broken(*args, **kwargs):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(actions.outbox, "queue_template", broken)
        with pytest.raises(OSError, match="disk full"):
            actions.send_due_reminders()
    assert sent() == []
    assert actions.send_due_reminders() == 1


@pytest.mark.django_db
def test_one_reminder_that_cannot_be_written_keeps_nobody_else_from_theirs(laid, at, monkeypatch):
    at(DUE)
    ada, ben = factories.make_person("Ada"), factories.make_person("Ben")
    laid.owe(ada, ben, due_on=DUE)
    write = actions.outbox.queue_template

    def broken_for_ada(template, context, *, recipient, **options):
        if recipient == ada:
            raise ValueError("no such template")
        return write(template, context, recipient=recipient, **options)

    monkeypatch.setattr(actions.outbox, "queue_template", broken_for_ada)
    with pytest.raises(ValueError, match="no such template"):
        actions.send_due_reminders()
    assert [name for _key, name, _step in sent()] == ["Ben"]
    assert OutgoingMail.objects.get().recipient == ben


@pytest.mark.django_db
def test_a_reminder_before_the_day_says_in_which_zone_the_day_ends(laid, at):
    at(DUE - timedelta(days=1))
    laid.owe(factories.make_person("Ada"), due_on=DUE)
    actions.send_due_reminders()
    mail = OutgoingMail.objects.get()
    assert mail.subject == "Due soon: Finish the 2026 annual report"
    assert "Due tomorrow (20 March 2026, until the end of the day in UTC)" in mail.text


@pytest.mark.django_db
def test_the_scheduled_task_sends_what_is_due(laid, at):
    at(DUE)
    laid.owe(factories.make_person("Ada"), due_on=DUE)
    tasks.send_due_reminders()
    assert [step for _key, _name, step in sent()] == ["week_before"]


@pytest.mark.django_db
def test_what_was_done_meanwhile_is_dropped_at_the_door(laid, at, smtp_sink):
    at(DUE)
    ada, ben = factories.make_person("Ada"), factories.make_person("Ben")
    laid.owe(ada, key="a", due_on=DUE)
    laid.owe(ben, key="b", due_on=DUE)
    assert actions.send_due_reminders() == 2
    laid.duties = [duty for duty in laid.duties if duty.key == "b"]
    assert sender.send_waiting() == sender.Outcome(sent=1, dropped=1)
    assert smtp_sink.recipients == [ben.email]
    assert OutgoingMail.objects.get(recipient=ada).state == MailState.DROPPED


@pytest.mark.django_db
def test_declining_optional_mail_silences_the_early_reminder_and_never_the_overdue_one(laid, at, smtp_sink):
    person = factories.make_person("Ada")
    actions.choose_optional_mail(person=person, wanted=False)
    laid.owe(person, due_on=DUE)
    at(DUE)
    actions.send_due_reminders()
    assert sender.send_waiting() == sender.Outcome(dropped=1)
    at(DUE + timedelta(days=1))
    actions.send_due_reminders()
    assert sender.send_waiting() == sender.Outcome(sent=1)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(st.integers(0, 60), max_size=12).map(sorted),
    dues=st.lists(st.integers(5, 50), min_size=1, max_size=3),
)
def test_after_any_outage_each_due_step_was_sent_exactly_once(laid, at, runs, dues):
    """Against a naive model: a step is sent on the first run day inside its window, or never."""
    expected = {}
    person = factories.make_person("Ada")
    laid.duties = []
    owed = [
        laid.owe(person, key=f"{person.pk}:{n}", due_on=START + timedelta(days=due))
        for n, due in enumerate(dues)
    ]
    for day in runs:
        at(START + timedelta(days=day))
        actions.send_due_reminders()
        for duty in owed:
            if step := due_step(duty, START + timedelta(days=day)):
                expected[(duty.key, step.name)] = 1
    rows = SentReminder.objects.filter(person=person).values_list("duty_key", "step")
    assert sorted(rows) == sorted(expected)


def run_twice_at_once(person, steps, named, day):
    """Two schedulers in the same instant, each on its own connection; what each of them answered."""
    answers: list[bool | type[IntegrityError]] = []
    start = threading.Barrier(2)

    def work():
        try:
            start.wait(10)
            answers.append(actions.remind(person=person, steps=steps, named=named, day=day))
        except IntegrityError:
            answers.append(IntegrityError)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.fixture
def one_step(laid, at, transactional_db, reference):
    at(DUE)
    person = factories.make_person("Ada")
    duty = laid.owe(person, due_on=DUE)
    return {"person": person, "steps": [(duty.key, "week_before")], "named": {duty.key: duty}, "day": DUE}


def test_two_schedulers_at_once_send_one_mail(one_step):
    assert sorted(run_twice_at_once(**one_step)) == [False, True]
    assert (SentReminder.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_control_without_the_lock_both_go_ahead_and_only_the_database_stops_the_second(one_step, monkeypatch):
    """Shows that the race is real: the second gets past the check, and the unique row refuses it."""
    both_checked = threading.Barrier(2)
    check = actions._not_sent

    def check_together(due):
        found = check(due)
        both_checked.wait(10)
        return found

    monkeypatch.setattr(actions, "lock_person", lambda person: None)
    monkeypatch.setattr(actions, "_not_sent", check_together)
    answers = run_twice_at_once(**one_step)
    assert answers.count(True) == 1
    assert answers.count(IntegrityError) == 1
    assert (SentReminder.objects.count(), OutgoingMail.objects.count()) == (1, 1)
