"""Sending mail to a real mail server that refuses, is slow, stops, or answers wrongly."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from core import clock
from core.mail import eligibility, outbox, sender, tasks
from core.mail.eligibility import Unchecked
from core.models import MailClass, MailState, OutgoingMail
from devstack.processes import free_port
from tests import factories

pytestmark = pytest.mark.django_db


def queue(number=1, **fields):
    given: dict[str, Any] = {
        "purpose": "tests.plain",
        "to": f"reader{number}@example.org",
        "subject": f"Subject {number}",
        "text": f"Text {number}",
        "still_due": Unchecked.PERSON_WAITS,
    }
    given.update(fields)
    assert outbox.queue(key=f"tests:{number}", **given)
    return OutgoingMail.objects.get(key=f"tests:{number}")


def later(settings, **time):
    settings.CLOCK_SHIFT = settings.CLOCK_SHIFT + timedelta(**time)


def states():
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


# What leaves


def test_everything_waiting_leaves_over_one_connection(smtp_sink):
    for number in range(5):
        queue(number)
    assert sender.send_waiting() == sender.Outcome(sent=5)
    assert sorted(smtp_sink.recipients) == [f"reader{n}@example.org" for n in range(5)]
    assert smtp_sink.connections == 1
    assert states() == [MailState.SENT] * 5
    assert sender.send_waiting() == sender.Outcome()
    assert len(smtp_sink.raw) == 5


def test_a_mail_has_text_and_html_and_says_that_a_robot_wrote_it(smtp_sink):
    mail = queue(html="<p>Text <b>1</b></p>", language="es")
    sender.send_waiting()
    arrived = smtp_sink.messages[0]
    assert arrived.get_body(("plain",)).get_content().strip() == "Text 1"
    assert arrived.get_body(("html",)).get_content().strip() == "<p>Text <b>1</b></p>"
    assert arrived["Message-ID"] == mail.message_id
    assert (arrived["Auto-Submitted"], arrived["Content-Language"]) == ("auto-generated", "es")
    assert arrived["List-Unsubscribe"] is None


def test_optional_mail_says_where_it_is_turned_off_and_respects_the_choice(smtp_sink, settings):
    willing, unwilling = factories.make_person(), factories.make_person(wants_optional_mail=False)
    queue(1, mail_class=MailClass.OPTIONAL, recipient=willing, language="fr")
    queue(2, mail_class=MailClass.OPTIONAL, recipient=unwilling)
    queue(3, mail_class=MailClass.ESSENTIAL, recipient=unwilling)
    assert sender.send_waiting() == sender.Outcome(sent=2, dropped=1)
    assert states() == [MailState.SENT, MailState.DROPPED, MailState.SENT]
    optional = next(m for m in smtp_sink.messages if m["Subject"] == "Subject 1")
    assert optional["List-Unsubscribe"] == f"<{settings.BASE_URL}/fr/notifications/>"


def test_a_sign_in_code_goes_first_and_essential_mail_before_optional(smtp_sink):
    queue(1, mail_class=MailClass.OPTIONAL)
    queue(2)
    queue(3, purpose="accounts.login_code")
    sender.send_waiting()
    assert [m["Subject"] for m in smtp_sink.messages] == ["Subject 3", "Subject 2", "Subject 1"]


def test_a_link_or_code_is_not_kept_once_it_is_sent(smtp_sink):
    queue(1, text="Your code: ABCD-EFGH", html="<p>ABCD-EFGH</p>", holds_secret=True)
    queue(2, text="Nothing secret")
    sender.send_waiting()
    assert "ABCD-EFGH" in str(smtp_sink.messages[0])
    assert list(OutgoingMail.objects.order_by("pk").values_list("text", "html")) == [
        (sender.CLEARED, ""),
        ("Nothing secret", ""),
    ]


def test_a_limit_leaves_the_rest_for_the_next_run(smtp_sink):
    for number in range(3):
        queue(number)
    assert sender.send_waiting(limit=2) == sender.Outcome(sent=2, more=True)
    assert sender.send_waiting(limit=2) == sender.Outcome(sent=1)


def test_a_copy_of_the_data_stays_silent_until_it_is_set_live(smtp_sink, settings):
    queue()
    settings.MAIL_LIVE = False
    assert sender.send_waiting() == sender.Outcome()
    assert (states(), smtp_sink.connections) == ([MailState.QUEUED], 0)
    settings.MAIL_LIVE = True
    assert sender.send_waiting() == sender.Outcome(sent=1)


# Asked again at the door


def test_what_was_settled_meanwhile_is_not_sent(smtp_sink):
    asked = []

    @eligibility.check("tests.open")
    def still_open(argument: str) -> bool:
        asked.append(argument)
        return argument == "yes"

    queue(1, still_due="tests.open:yes")
    queue(2, still_due="tests.open:no")
    assert sender.send_waiting() == sender.Outcome(sent=1, dropped=1)
    assert asked == ["yes", "no"]
    assert OutgoingMail.objects.get(key="tests:2").reason == "It was settled before the mail left."


def test_a_closed_account_gets_nothing(smtp_sink):
    queue(recipient=factories.make_person(is_active=False))
    assert sender.send_waiting() == sender.Outcome(dropped=1)
    assert smtp_sink.raw == []


def test_a_checked_mail_follows_the_person_to_the_address_that_they_confirmed_last(smtp_sink):
    eligibility.check("tests.true")(lambda argument: True)
    moved, unproved = factories.make_person(), factories.make_person()
    checked = {"still_due": "tests.true:1"}
    queue(1, recipient=moved, to=moved.email, **checked)
    queue(2, recipient=moved, to=moved.email, still_due=Unchecked.OWN_ACCOUNT)
    queue(3, recipient=unproved, to=unproved.email, **checked)
    EmailAddress.objects.filter(user=moved).update(email="new@example.org")
    EmailAddress.objects.filter(user=unproved).update(verified=False)
    assert sender.send_waiting() == sender.Outcome(sent=2, dropped=1)
    assert sorted(smtp_sink.recipients) == sorted(["new@example.org", moved.email])
    assert OutgoingMail.objects.get(key="tests:3").reason == "The person has no confirmed address."


def test_a_check_that_breaks_stops_its_own_mail_only(smtp_sink):
    eligibility.check("tests.broken")(lambda argument: 1 / 0 > 1)
    queue(1, still_due="tests.broken:1")
    queue(2)
    OutgoingMail.objects.filter(key="tests:2").update(still_due="tests.an-earlier-release-had-this:1")
    queue(3)
    assert sender.send_waiting() == sender.Outcome(sent=1, failed=2)
    assert states() == [MailState.FAILED, MailState.FAILED, MailState.SENT]
    assert OutgoingMail.objects.get(key="tests:1").reason == "Its check broke: ZeroDivisionError"


# What the mail server answers


def test_a_refused_address_fails_with_its_reason_and_the_others_leave(smtp_sink):
    smtp_sink.refuse_recipient("reader1@example.org", "550 No such person here")
    queue(1)
    queue(2)
    assert sender.send_waiting() == sender.Outcome(sent=1, failed=1)
    refused = OutgoingMail.objects.get(key="tests:1")
    assert (refused.state, refused.reason) == (MailState.FAILED, "550 No such person here")


def test_a_temporary_answer_is_tried_again_later_each_time(smtp_sink, settings):
    smtp_sink.put_off()
    mail = queue()
    waits = []
    for _ in range(sender.MOST_ATTEMPTS - 1):
        assert sender.send_waiting() == sender.Outcome(put_off=1)
        assert sender.send_waiting() == sender.Outcome()  # not before its time
        mail.refresh_from_db()
        waits.append(round((mail.not_before - clock.now()) / timedelta(minutes=1)))
        settings.CLOCK_SHIFT = settings.CLOCK_SHIFT + (mail.not_before - clock.now())
    assert waits == [1, 5, 15, 60, *[360] * 7]
    assert sender.send_waiting() == sender.Outcome(failed=1)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (MailState.FAILED, "451 Try again later")


def test_a_server_that_is_away_costs_no_attempt(smtp_sink):
    smtp_sink.refuse_connections()
    mail = queue()
    assert sender.send_waiting() == sender.Outcome()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    smtp_sink.accept()
    assert sender.send_waiting() == sender.Outcome(sent=1)


def test_a_server_that_dies_half_way_loses_nothing(smtp_sink, settings):
    for number in range(5):
        queue(number)
    smtp_sink.die_after(2)
    assert sender.send_waiting() == sender.Outcome(sent=2, put_off=1)
    smtp_sink.accept()
    later(settings, minutes=2)
    assert sender.send_waiting() == sender.Outcome(sent=3)
    assert sorted(smtp_sink.recipients) == [f"reader{n}@example.org" for n in range(5)]


def test_a_lost_answer_repeats_one_mail_once_under_the_same_message_id(smtp_sink, settings):
    """The unavoidable window: the server has the message, and nobody can know."""
    mail = queue()
    for _ in range(2):
        smtp_sink.accept()
        smtp_sink.die_after(0, loses_answer=True)
        sender.send_waiting()
        later(settings, minutes=30)
    smtp_sink.accept()
    assert sender.send_waiting() == sender.Outcome()  # a human decides now
    mail.refresh_from_db()
    assert mail.state == MailState.UNSURE
    assert [m["Message-ID"] for m in smtp_sink.messages] == [mail.message_id] * 2


# What a dying worker leaves


def test_a_row_left_in_the_middle_is_sent_once_more_and_then_left_to_a_human(smtp_sink, settings):
    mail = queue()
    for expected in (MailState.QUEUED, MailState.UNSURE):
        assert sender.claim().pk == mail.pk  # and the worker dies here
        sender.reap()
        mail.refresh_from_db()
        assert mail.state == MailState.SENDING  # too early to tell
        later(settings, minutes=11)
        sender.reap()
        mail.refresh_from_db()
        assert mail.state == expected


def test_a_slow_worker_that_succeeds_after_all_is_believed(smtp_sink, settings):
    queue()
    slow = sender.claim()
    assert slow is not None
    later(settings, minutes=11)
    sender.reap()
    sender._sent(slow)
    assert states() == [MailState.SENT]
    assert sender.send_waiting() == sender.Outcome()


def test_a_slow_worker_that_fails_does_not_undo_what_another_wrote(smtp_sink, settings):
    queue()
    slow = sender.claim()
    assert slow is not None
    later(settings, minutes=11)
    assert sender.send_waiting() == sender.Outcome(sent=1)
    sender._put_off(slow, "451 later", sender.Outcome())
    assert states() == [MailState.SENT]


def test_sending_asks_the_same_number_of_questions_for_each_mail(smtp_sink, django_assert_num_queries):
    for number in range(3):
        queue(number)
    sender.claim()
    with django_assert_num_queries(6) as captured:  # savepoints, the row, the write
        sender.claim()
    assert connection.vendor == "postgresql"
    assert any("SKIP LOCKED" in query["sql"] for query in captured.captured_queries)


def test_two_workers_at_once_send_each_mail_once(smtp_sink, transactional_db, reference):
    for number in range(20):
        queue(number)
    outcomes = []
    start = threading.Barrier(2)

    def work():
        try:
            start.wait(10)
            outcomes.append(sender.send_waiting())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(smtp_sink.recipients) == sorted(f"reader{n}@example.org" for n in range(20))
    assert sum(outcome.sent for outcome in outcomes) == 20
    assert all(outcome.sent for outcome in outcomes)  # both had their share: the race was on


def test_a_broker_that_is_away_leaves_the_mail_to_the_schedule(
    smtp_sink, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    monkeypatch.setattr(tasks, "_paused_until", 0.0)
    monkeypatch.setattr(tasks.current_app.conf, "broker_write_url", f"redis://127.0.0.1:{free_port()}/0")
    with django_capture_on_commit_callbacks(execute=True):
        queue()
    assert "broker away" in caplog.text
    tasks.send_waiting_mail()
    assert states() == [MailState.SENT]


def test_a_full_batch_asks_for_the_next_at_once(smtp_sink, settings, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.send_waiting_mail, "apply_async", lambda **options: asked.append(1))
    settings.MAIL_BATCH = 2
    for number in range(3):
        queue(number)
    tasks.send_waiting_mail()
    tasks.send_waiting_mail()
    assert (asked, states()) == ([1], [MailState.SENT] * 3)
