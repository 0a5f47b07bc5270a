"""The services of docker-compose.yml work together: migration as owner, pages and jobs through a pooler."""

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

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
LIMITS = """
import json
import django
django.setup()
from django.db import connection, transaction
from core.pg import limits

def in_force():
    names = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s), current_setting(%s), current_setting(%s)", names)
        return cursor.fetchone()

with limits.of_pages(), transaction.atomic():
    inside = in_force()
print(json.dumps([inside, in_force()]))
"""
# Thirty PDFs are larger than the cache. The control writes them into the queue's server, as if both were one.
FULL_CACHE = """
import json
import django
django.setup()
import redis
from django.conf import settings
from django.core.cache import cache, caches
from core.mail.tasks import send_waiting_mail
pdf = bytes(8_000_000)
for number in range(30):
    cache.set(f"pdf:{number}", pdf, 3600)
queue = redis.Redis.from_url(settings.REDIS_URL)
queue.delete("celery")
send_waiting_mail.delay()
seen = {
    "cache": "database" if caches["database"].get("pdf:29") else "redis",
    "newest": cache.get("pdf:29") == pdf,
    "oldest": cache.get("pdf:0") is not None,
    "queued": queue.llen("celery"),
}
try:
    for number in range(40):
        queue.set(f"pdf:{number}", pdf)
    seen["control"] = ""
except redis.RedisError as error:
    seen["control"] = type(error).__name__
queue.delete("celery", *(f"pdf:{number}" for number in range(40)))
print(json.dumps(seen))
"""
QUEUE = """
import django
django.setup()
from django.db import transaction
from core.mail import outbox
with transaction.atomic():
    outbox.queue(key="rehearsal", purpose="rehearsal", to="person@x.example", subject="A rehearsal", text="It works.")
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


def get(
    port: int, path: str, *, timeout: float = 20, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
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
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
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


def test_limits_of_time_hold_through_the_pool_and_end_with_the_transaction(production):
    inside, outside = json.loads(production.run("web", "python", "-c", LIMITS))
    assert inside == ["10s", "3s", "1min"]
    assert outside == ["0", "0", "0"]


@contextmanager
def nine_readers_of_a_locked_table(production: Production, port: int) -> Iterator[None]:
    """Nine people ask for a page whose table a session of the owner has locked."""
    with closing(production.owner_connection(production.database)) as owner:
        owner.autocommit = False
        owner.cursor().execute("LOCK TABLE groups_group IN ACCESS EXCLUSIVE MODE")
        readers = [threading.Thread(target=get, args=(port, "/en/")) for _ in range(9)]
        for reader in readers:
            reader.start()
        time.sleep(0.5)  # all of them wait for the lock, or for a thread of the web server
        yield
        owner.rollback()
        for reader in readers:
            reader.join()


def seconds_until_an_unrelated_page_answers(port: int, at_most: float) -> float:
    """Seconds until a page of plain text answers, or `at_most`."""
    began = time.monotonic()
    try:
        answer, _ = get(port, "/en/accessibility/", timeout=at_most)
    except TimeoutError:
        return at_most
    assert answer.status == 200
    return time.monotonic() - began


def test_one_locked_table_holds_other_pages_up_for_little_more_than_the_limit(production):
    size = {"SSC_WEB_WORKERS": "1", "SSC_WEB_THREADS": "4"}
    limited = production.start_web(**size, SSC_PAGE_LOCK_SECONDS="1")
    with nine_readers_of_a_locked_table(production, limited):
        assert seconds_until_an_unrelated_page_answers(limited, at_most=9) < 6
    # The control: without the limit the page is not served before the lock ends.
    unlimited = production.start_web(**size, SSC_PAGE_LOCK_SECONDS="0", SSC_PAGE_STATEMENT_SECONDS="0")
    with nine_readers_of_a_locked_table(production, unlimited):
        assert seconds_until_an_unrelated_page_answers(unlimited, at_most=9) == 9


def test_a_full_cache_forgets_old_values_and_the_queue_still_takes_jobs(production):
    seen = json.loads(production.run("web", "python", "-c", FULL_CACHE))
    assert seen == {"cache": "redis", "newest": True, "oldest": False, "queued": 1, "control": "OutOfMemoryError"}


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
        "SSC_CACHE_URL",
    ):
        env = production.environment("web")
        del env[name]
        argv = ["python", "manage.py", "check"]
        done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode != 0, name
        assert f"{name} is not set" in done.stderr, name
