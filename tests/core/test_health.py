"""The health addresses, the metrics and the alarms tell the portal's state, and tell no secret."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client

from core import alarms, clock, health, tasks
from core.mail import outbox
from core.mail.eligibility import Unchecked
from core.models import Heartbeat, LiveDatabase, MailState, OutgoingMail
from core.pdf import measured
from devstack.processes import free_port
from sscportal import celery
from tests.core.test_faults import with_dead_database

pytestmark = pytest.mark.django_db
ADMIN = "keeper@example.org"


@pytest.fixture
def well():
    """A portal without a problem: a scheduled job has just run."""
    health.beat()


@pytest.fixture
def jobs():
    """The list of waiting jobs, which is empty before and after the test."""
    with current_app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.delete(health.QUEUE)
        yield lambda number: client.rpush(health.QUEUE, *["{}"] * number)
        client.delete(health.QUEUE)


def kinds() -> list[str]:
    return [problem.kind for problem in alarms.problems(health.state())]


def queue(**fields: object) -> None:
    outbox.queue(
        key="tests:health",
        purpose="tests",
        to="reader@example.org",
        subject="Private",
        text="Private",
        still_due=Unchecked.PERSON_WAITS,
    )
    OutgoingMail.objects.update(**fields)


# ---------------------------------------------------------------- The addresses


def test_live_answers_without_any_service(client):
    answer = with_dead_database(lambda: Client().get("/health/live"))
    assert (answer.status_code, answer.json()) == (200, {"live": True})


def test_ready_tells_of_jobs_mail_and_beat(client, well, jobs):
    queue(not_before=clock.now() - timedelta(minutes=20))
    jobs(3)
    Heartbeat.objects.update(at=clock.now() - timedelta(seconds=90))
    answer = client.get("/health/ready")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["database"], told["redis"], told["mail_live"]) == (True, True, True)
    assert (told["jobs_waiting"], told["mails"]["queued"]) == (3, 1)
    assert 1200 <= told["oldest_mail_seconds"] < 1260
    assert 90 <= told["beat_seconds"] < 150
    assert told["problems"] == ["mail-late"]


def test_ready_is_503_without_the_database_and_200_without_redis(client, settings):
    answer = with_dead_database(lambda: Client().get("/health/ready"))
    assert (answer.status_code, answer.json()["problems"]) == (503, ["database"])
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["problems"]) == (200, ["redis"])


def test_health_tells_no_secret_and_nothing_of_a_person(client, well):
    queue(state=MailState.FAILED, claimed_at=clock.now(), reason="550 reader@example.org is unknown")
    for path in ("/health/", "/health/live", "/health/ready"):
        text = client.get(path).content.decode()
        for secret in ("reader@", "Private", "550", django_settings.SECRET_KEY, django_settings.REDIS_URL):
            assert secret not in text, path


# ---------------------------------------------------------------- Problems


def test_a_portal_that_works_has_no_problem(well):
    assert kinds() == []


def test_each_fault_is_a_problem_of_its_own_kind(well, jobs, settings):
    queue(not_before=clock.now() - timedelta(minutes=16))
    assert kinds() == ["mail-late"]
    OutgoingMail.objects.update(state=MailState.FAILED, claimed_at=clock.now() - timedelta(minutes=59))
    assert kinds() == ["mail-failed"]
    OutgoingMail.objects.update(claimed_at=clock.now() - timedelta(minutes=61))
    assert kinds() == []
    Heartbeat.objects.update(at=clock.now() - timedelta(minutes=6))
    (problem,) = health.problems(health.state())
    assert (
        problem.sentence == "No scheduled job has run for 6 minutes. Beat does not work: no job is waiting."
    )
    jobs(2)
    (problem,) = health.problems(health.state())
    assert problem.sentence.endswith("The worker does not work: 2 jobs are waiting.")
    Heartbeat.objects.all().delete()
    assert health.problems(health.state())[0].sentence.startswith("No scheduled job has run ever.")


def test_mail_that_may_not_leave_yet_is_not_late(well):
    queue(not_before=clock.now() + timedelta(hours=6), queued_at=clock.now() - timedelta(hours=2))
    assert kinds() == []


def test_the_scheduled_job_is_the_heartbeat(jobs):
    assert kinds() == ["jobs"]
    tasks.beat()
    assert kinds() == []


def test_an_error_of_a_page_is_counted_and_told(well, settings):
    settings.ROOT_URLCONF = "tests.core.broken_urls"
    broken = Client(raise_request_exception=False)
    for _twice in range(2):
        assert broken.get("/breaks/").status_code == 500
    assert broken.get("/en/no-such-page/").status_code == 404  # no error of ours
    (problem,) = alarms.problems(health.state())
    assert problem == health.Problem(
        "errors", "Pages or jobs broke 2 times within an hour. The log says where."
    )


def test_an_error_of_a_job_is_counted_too(well):
    celery.count_failure()
    assert kinds() == ["errors"]


# ---------------------------------------------------------------- Telling a person


@pytest.fixture
def keeper(settings, smtp_sink):
    """A person who is told, by real mail."""
    settings.ADMIN_ADDRESSES = [ADMIN]
    return smtp_sink


def test_a_person_is_told_about_each_kind_once_an_hour(keeper, settings):
    tasks.raise_alarms()
    tasks.raise_alarms()
    (mail,) = keeper.messages
    assert mail["To"] == ADMIN
    assert mail["Subject"].startswith("SSC Groups: No scheduled job has run ever.")
    queue(state=MailState.FAILED, claimed_at=clock.now())
    tasks.raise_alarms()
    assert len(keeper.messages) == 2
    assert "1 mails failed in the last hour." in keeper.messages[1].get_content()
    assert "No scheduled job" not in keeper.messages[1].get_content()


def test_the_alarm_of_a_dead_worker_needs_no_worker_and_no_outbox(keeper):
    with pytest.raises(CommandError, match="1 problems"):
        call_command("alarms", stdout=io.StringIO())
    assert len(keeper.messages) == 1
    assert OutgoingMail.objects.count() == 0


def test_the_alarm_of_a_dead_database_is_told_once_while_redis_answers(keeper):
    found = [with_dead_database(alarms.ask) for _twice in range(2)]
    assert [[problem.kind for problem in told] for _all, told in found] == [["database"], []]
    assert len(keeper.messages) == 1


def test_an_alarm_that_the_mail_server_did_not_take_is_told_again(keeper, settings):
    right, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    with pytest.raises(CommandError, match="did not take the alarm"):
        call_command("alarms")
    settings.EMAIL_PORT = right
    tasks.raise_alarms()
    assert len(keeper.messages) == 1


def test_a_copy_tells_no_person_about_its_problems(keeper):
    LiveDatabase.objects.update(identity="another/1")
    found, told = alarms.ask()
    assert ([problem.kind for problem in found], told) == (["jobs"], [])
    assert keeper.messages == []


def test_alarms_that_would_reach_no_person_are_refused(settings):
    settings.ADMIN_ADDRESSES, settings.SENTRY_DSN = [], ""
    with pytest.raises(CommandError, match="No person would be told"):
        call_command("alarms")


def test_a_portal_that_works_says_so(keeper, well):
    out = io.StringIO()
    call_command("alarms", stdout=out)
    assert (out.getvalue(), keeper.messages) == ("The portal is well.\n", [])


# ---------------------------------------------------------------- Metrics


def test_metrics_answer_to_the_token_only(client, settings):
    def status(**headers: str) -> int:
        return client.get("/metrics", headers=headers).status_code

    assert status() == status(Authorization="Bearer ") == 401  # no token is set
    settings.METRICS_TOKEN = "a-token-of-prometheus"
    assert status(Authorization="Bearer another") == 401
    assert status(Authorization="Bearer a-token-of-prometheus") == 200


def test_metrics_count_answers_durations_mails_and_pdfs(client, settings, well):
    settings.METRICS_TOKEN = "a-token-of-prometheus"
    queue(state=MailState.UNSURE)
    for _twice in range(2):
        client.get("/en/privacy/")
    client.get("/en/invitation/a-secret-that-opens-something/")
    with measured():
        pass
    text = client.get("/metrics", headers={"Authorization": "Bearer a-token-of-prometheus"}).content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(figures['ssc_answers_total{method="GET",status="200",view="core:privacy"}']) >= 2
    assert float(figures['ssc_answer_seconds_count{view="core:privacy"}']) >= 2
    assert float(figures['ssc_pdf_seconds_count{result="drawn"}']) >= 1
    assert figures['ssc_mails{state="unsure"}'] == "1.0"
    assert (figures["ssc_database_up"], figures["ssc_mail_live"]) == ("1.0", "1.0")
    assert "a-secret" not in text
