"""The services of docker-compose.yml work together: migration as owner, pages and jobs through a pooler."""

import http.client
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime

import pytest
import redis
from django.conf import settings

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
    "all": all(cache.get(f"pdf:{number}") for number in range(30)),
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
AWAIT_WORKER = """
import django
django.setup()
from sscportal.celery import app
assert any(app.control.ping(timeout=1) for _ in range(60))
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


def get(
    port: int, path: str, *, timeout: float = 20, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    client.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **(headers or {})})
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
    answer, _ = get(web, "/en/", headers={"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/en/")
    answer, _ = get(web, "/en/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_web_refuses_a_host_name_that_is_not_its_own(web):
    answer, _ = get(web, "/en/", headers={"Host": "elsewhere.example"})
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
    assert seen == {
        "cache": "redis",
        "newest": True,
        "all": False,
        "queued": 1,
        "control": "OutOfMemoryError",
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


# Text that is no JSON, JSON that is no message, and messages with parts missing or of another kind.
GARBAGE = [
    "garbage",
    "\x80\x04",
    "[]",
    "7",
    "null",
    "{}",
    '{"properties": {}}',
    '{"properties": {"delivery_tag": "1"}}',
    '{"body": "%%%", "properties": {"delivery_tag": "2", "body_encoding": "base64", "delivery_info": {}}}',
    '{"body": "", "headers": {"task": 7}, "properties": {"delivery_tag": "3", "delivery_info":'
    ' {"exchange": "", "routing_key": "celery"}}}',
    '{"body": "", "headers": null, "properties": {"delivery_tag": "4", "delivery_info":'
    ' {"exchange": "", "routing_key": "celery"}}}',
]


def test_text_that_is_no_message_does_not_end_the_worker(production, tmp_path):
    sink = controller(KeepingHandler(tmp_path), production.smtp_port)
    sink.start()
    workers = [one for one in production.services if one.name == "worker"] or [production.start("worker")]
    queue = redis.Redis.from_url(production.environment("worker")["REDIS_URL"])
    try:
        production.run("worker", "python", "-c", AWAIT_WORKER)
        for text in GARBAGE:
            queue.lpush("celery", text)
        production.run("web", "python", "-c", QUEUE.replace("rehearsal", "after-garbage"))
        end = time.monotonic() + 60
        while not list(tmp_path.glob("*.eml")) and time.monotonic() < end:
            time.sleep(0.2)
        assert len(list(tmp_path.glob("*.eml"))) == 1
        assert queue.llen("celery") == 0
        assert [one.deaths for one in workers] == [0]
        log = workers[0].log.read_text()
        assert log.count("a message was dropped") >= 7
        assert "garbage" not in log  # what a stranger wrote stays out of the log
    finally:
        queue.close()
        sink.stop()


# ---------------------------------------------------------------- Slow and long requests


@contextmanager
def half_sent_posts(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Clients that announce a form of 1,000 bytes and send 20 of them.

    The portal reads every form, also one that it refuses, because it keeps what a person typed.
    """
    head = f"POST /en/sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
    head += f"Origin: https://{HOST}\r\nCookie: __Host-csrf={'a' * 32}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as open_clients:
        clients = [
            open_clients.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(number)
        ]
        for client in clients:
            client.sendall(head.encode() + b"login=someone&passwo")
        yield clients


def test_clients_that_stop_in_the_middle_of_a_form_hold_the_threads_for_a_short_time_only(production):
    size = {"SSC_WEB_WORKERS": "1", "SSC_WEB_THREADS": "4"}
    bounded = production.start_web(**size, SSC_WEB_SILENCE_SECONDS="2")
    with half_sent_posts(bounded, 8) as clients:
        assert seconds_until_an_unrelated_page_answers(bounded, at_most=12) < 8
        assert {client.recv(12) for client in clients[:4]} == {b"HTTP/1.1 403"}
    # The control: with a long patience, four of eight clients hold all threads.
    patient = production.start_web(**size, SSC_WEB_SILENCE_SECONDS="60", SSC_WEB_BODY_SECONDS="60")
    with half_sent_posts(patient, 8):
        assert seconds_until_an_unrelated_page_answers(patient, at_most=8) == 8


def test_a_client_that_sends_a_form_byte_by_byte_is_cut_off(production):
    port = production.start_web(SSC_WEB_WORKERS="1", SSC_WEB_SILENCE_SECONDS="5", SSC_WEB_BODY_SECONDS="2")
    with half_sent_posts(port, 1) as (client,):
        began = time.monotonic()
        client.settimeout(0.3)
        answer = b""
        while not answer and time.monotonic() - began < 20:
            with suppress(TimeoutError):
                client.send(b"x")
                answer = client.recv(12)
        assert 1.5 < time.monotonic() - began < 10
        assert answer == b"HTTP/1.1 403"


def test_a_request_that_is_too_long_is_refused_before_its_body_is_read(production, web):
    with socket.create_connection(("127.0.0.1", web), timeout=20) as client:
        head = f"POST /fr/sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
        head += "Connection: close\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        head += "Content-Length: 310000000\r\n\r\n"
        client.sendall(head.encode())  # and not one byte of the body
        answer = client.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert '<html lang="fr"' in answer
    assert re.search(r"^Content-Security-Policy: .*default-src 'none'", answer, re.MULTILINE)


def test_the_proxy_has_the_same_limit_and_hands_on_complete_requests():
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    limit = f"{settings.LONGEST_REQUEST // 1_000_000}MB"
    assert re.findall(r"max_size (\S+)", text) == [limit]
    assert re.findall(r"request_buffers (\S+)", text) == [limit]
    assert re.findall(r"read_(header|body) \d+s", text) == ["header", "body"]


# ---------------------------------------------------------------- Static files and addresses beside the pages


def test_static_files_have_the_policy_and_the_list_of_them_cannot_be_read(production, web):
    _, page = get(web, "/en/")
    (sheet,) = re.findall(r'href="(/static/css/portal\.[0-9a-f]+\.css)"', page.decode())
    answer, _ = get(web, sheet)
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (production.folder / "static-manifest" / "staticfiles.json").is_file()
    for path in ("staticfiles.json", ".made-from", "../static-manifest/staticfiles.json"):
        assert get(web, f"/static/{path}")[0].status == 404


def test_security_txt_exists_when_a_contact_is_set(production, web):
    assert get(web, "/.well-known/security.txt")[0].status == 404
    port = production.start_web(SSC_SECURITY_CONTACT="mailto:security@groups.example.org")
    answer, body = get(port, "/.well-known/security.txt")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    lines = dict(line.split(": ", 1) for line in body.decode().splitlines())
    assert lines["Contact"] == "mailto:security@groups.example.org"
    assert lines["Canonical"] == f"https://{HOST}/.well-known/security.txt"
    assert datetime.fromisoformat(lines["Expires"]) > datetime.now(UTC)


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


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_no_process_starts_as_the_owner_of_the_tables(production, name):
    # One worker: when two end at the same moment, gunicorn 27 ends with a traceback of its own.
    env = production.environment(name, SSC_WEB_BIND="127.0.0.1:0", SSC_WEB_WORKERS="1")
    env["DATABASE_URL"] = production.environment("migrate")["SSC_DATABASE_OWNER_URL"]
    (production.folder / "beat").mkdir(exist_ok=True)
    done = subprocess.run(
        production.command(name), cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "The portal does not start. The database role ssc_owner owns tables." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_deployment_check_names_the_powerful_role(production):
    argv = ["python", "manage.py", "check", "--deploy", "--database", "default"]
    production.run("web", *argv)  # the control
    env = production.environment("web")
    env["DATABASE_URL"] = production.environment("migrate")["SSC_DATABASE_OWNER_URL"]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "(core.E003) The database role ssc_owner owns tables." in done.stderr


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
