"""The services of docker-compose.yml work together: migration as owner, pages and jobs through a pooler."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from devstack.sink import KeepingHandler, controller
from tests.sscportal.production import HOST, ROOT, Production

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("production")]

# Runs under production settings in the environment of a web process, so through the pool.
SHARED_CONNECTION = """
import json, threading
import django
django.setup()
from django.db import connection, transaction
from core.scope import group_scope

def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('app.scope', true), current_user")
        return cursor.fetchone()

inside, outside = [], []
for round in range(20):
    with group_scope(round + 1), transaction.atomic():
        inside.append(backend())
    with transaction.atomic():
        outside.append(backend())
print(json.dumps({"inside": inside, "outside": outside}))
"""
TABLES = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT count(*) FILTER (WHERE tableowner = 'ssc_owner'), count(*) FROM pg_tables WHERE schemaname = 'public'"
    )
    print(*cursor.fetchone())
"""
SESSION_VARIABLE = """
import json
import django
django.setup()
from django.db import connection, connections
with connection.cursor() as cursor:
    cursor.execute("SELECT set_config('app.control', 'mine', false), pg_backend_pid()")
    mine = cursor.fetchone()[1]
other = connections.create_connection("default")
with other.cursor() as cursor:
    cursor.execute("SELECT current_setting('app.control', true), pg_backend_pid()")
    seen, theirs = cursor.fetchone()
print(json.dumps({"seen": seen, "same": mine == theirs}))
"""
QUEUE = """
import django
django.setup()
from django.db import transaction
from core.mail import outbox
with transaction.atomic():
    outbox.queue(
        key="rehearsal",
        purpose="rehearsal",
        to="person@x.example",
        subject="A rehearsal",
        text="It works.",
        still_due="unchecked:person-waits",
    )
"""


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    production = Production()
    try:
        production.start_servers()
        production.run("migrate")
        production.run("web", "python", "manage.py", "collectstatic", "--no-input")
        yield production
    finally:
        production.stop()


@pytest.fixture(scope="module")
def web(production: Production) -> int:
    return production.start_web()


def get(port: int, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    client.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers})
    answer = client.getresponse()
    return answer, answer.read()


def test_migration_runs_as_the_owner_and_leaves_the_run_time_role_without_a_table(production):
    owned, total = production.run("web", "python", "-c", TABLES).split()
    assert owned == total != "0"


def test_web_answers_through_the_pool(production, web):
    answer, body = get(web, "/health/")
    assert (answer.status, json.loads(body)) == (200, {"database": True, "redis": True})
    production.run("web", "python", "-c", "from django.conf import settings; assert not settings.DEBUG")


def test_web_sends_plain_http_to_https_and_tells_browsers_to_stay_there(web):
    answer, _ = get(web, "/en/", **{"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/en/")
    answer, _ = get(web, "/en/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_web_refuses_a_host_name_that_is_not_its_own(web):
    answer, _ = get(web, "/en/", Host="elsewhere.example")
    assert answer.status == 400


def test_scope_of_one_transaction_never_reaches_the_next_on_a_shared_connection(production):
    seen = json.loads(production.run("web", "python", "-c", SHARED_CONNECTION))
    assert [scope for _, scope, _ in seen["inside"]] == [str(number) for number in range(1, 21)]
    assert {scope or "" for _, scope, _ in seen["outside"]} == {""}
    assert {role for _, _, role in seen["inside"]} == {"ssc_app"}
    # The proof counts only if both kinds of transaction met on the same connection of the pool.
    assert {pid for pid, _, _ in seen["inside"]} & {pid for pid, _, _ in seen["outside"]}


def test_session_variable_would_have_leaked_through_this_pool(production):
    """The control: what SET LOCAL guards against does happen here."""
    assert json.loads(production.run("web", "python", "-c", SESSION_VARIABLE)) == {
        "seen": "mine",
        "same": True,
    }


def test_mail_leaves_by_worker_and_beat_and_each_process_says_it_is_well(production, tmp_path):
    sink = controller(KeepingHandler(tmp_path), production.smtp_port)
    sink.start()
    try:
        production.start("worker")
        production.start("beat")
        production.run("web", "python", "-c", QUEUE)
        end = time.monotonic() + 60
        while not list(tmp_path.glob("*.eml")) and time.monotonic() < end:
            time.sleep(0.2)
        (message,) = tmp_path.glob("*.eml")
        assert b"X-Envelope-To: person@x.example" in message.read_bytes()
        production.run("worker", "python", "-m", "deploy.healthcheck", "worker")
        production.run("beat", "python", "-m", "deploy.healthcheck", "beat", str(production.folder / "beat"))
    finally:
        sink.stop()


def test_healthcheck_of_a_silent_process_fails_in_a_sentence(production, web, tmp_path):
    well = production.environment("web", SSC_WEB_BIND=f"127.0.0.1:{web}")
    ask = ["python", "-m", "deploy.healthcheck"]
    assert subprocess.run([*ask, "web"], cwd=ROOT, env=well, check=False).returncode == 0
    gone = production.environment("web", SSC_WEB_BIND="127.0.0.1:9")
    done = subprocess.run([*ask, "web"], cwd=ROOT, env=gone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.startswith("The web server does not answer")) == (1, True)
    beat = [*ask, "beat", str(tmp_path)]
    done = subprocess.run(beat, cwd=ROOT, env=well, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.startswith("Beat has not written")) == (1, True)


def test_production_refuses_to_start_without_its_secrets(production):
    for name in (
        "SSC_SECRET_KEY",
        "SSC_ALLOWED_HOSTS",
        "SSC_BASE_URL",
        "SSC_SMTP_URL",
        "DATABASE_URL",
        "REDIS_URL",
    ):
        env = production.environment("web")
        del env[name]
        argv = ["python", "manage.py", "check"]
        done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode != 0, name
        assert f"{name} is not set" in done.stderr, name
