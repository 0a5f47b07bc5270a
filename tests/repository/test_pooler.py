"""A group's scope behind a pooler in transaction mode: two people share one connection and see only their own rows.

The test runs a real PgBouncer with one server connection. `SET LOCAL` ends with its transaction, so the next client
does not see the scope. The control shows that the next client would see a setting of the session.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, connections, transaction
from environ import Env

from core import scope
from core.pg import base as portal_backend
from devstack.keeper import dies_with_parent
from devstack.processes import free_port
from reporting.models import Report
from tests import factories
from tests.factories import everything

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


def program() -> str:
    """Where PgBouncer is; `make test` installs Debian's when it runs as root."""
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    assert found, "PgBouncer is missing: install it (apt-get install pgbouncer)."
    return found


def answers(address: dict) -> bool:
    """Whether the pooler lets a client in."""
    try:
        with socket.create_connection((address["HOST"], address["PORT"]), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture
def pooler() -> Iterator[dict]:
    """The address of a PgBouncer in transaction mode with one server connection to the test database."""
    role = Env().db_url_config(os.environ["DATABASE_URL"])
    server = connection.settings_dict
    parts = {
        "host": server["OPTIONS"].get("host") or server["HOST"],
        "port": server["PORT"] or 5432,
        "dbname": server["NAME"],
        "user": role["USER"],
        "password": role["PASSWORD"],
    }
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="ssc-pooler-", dir="/tmp"))
    folder.chmod(0o755)  # read by whom it runs as, inside a folder that everybody may pass
    config = folder / "pgbouncer.ini"
    told = " ".join(f"{key}={value}" for key, value in parts.items() if value)
    config.write_text(
        f"[databases]\nportal = {told}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        "unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 1\n"
        "query_wait_timeout = 20\nlogfile =\npidfile =\n"
    )
    demote: dict = {}
    if os.geteuid() == 0:  # it refuses to run as root
        nobody = pwd.getpwnam("nobody")
        demote = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        config.chmod(0o644)
    log = (folder / "log").open("w+")
    child = subprocess.Popen(
        [program(), str(config)],
        stdout=log,
        stderr=subprocess.STDOUT,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - two system calls between fork and exec
        **demote,
    )
    address = {**role, "ENGINE": "core.pg", "NAME": "portal", "HOST": "127.0.0.1", "PORT": port}
    deadline = time.monotonic() + 10
    while not answers(address):
        assert child.poll() is None, Path(log.name).read_text()
        assert time.monotonic() < deadline, Path(log.name).read_text()
        time.sleep(0.05)
    yield address
    child.send_signal(signal.SIGINT)
    child.wait(10)
    log.close()
    shutil.rmtree(folder)


def work_through(address: dict, work: Callable[[], None]) -> threading.Thread:
    """Start `work` in a thread whose default connection is the portal's own backend through the pooler."""

    def run() -> None:
        settings = {**connection.settings_dict, **address, "CONN_MAX_AGE": None, "OPTIONS": {}}
        connections["default"] = portal_backend.DatabaseWrapper(settings)
        try:
            work()
        finally:
            connections["default"].close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def groups(group, other_group) -> list:
    """Two groups with a report each."""
    for place in (group, other_group):
        everything.fill(place, factories.make_person("Leader"), factories.make_person("Member"))
    return [group, other_group]


def raw_groups() -> tuple[int, set[int]]:
    """The server process that answers, and the groups whose reports raw SQL sees there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        cursor.execute("SELECT group_id FROM reporting_report")
        return pid, {pk for (pk,) in cursor.fetchall()}


def test_two_people_on_one_server_connection_never_see_each_others_group(pooler, groups):
    rounds, pids, failures = 40, set(), []
    seen: dict[int | None, set[int]] = {0: set(), 1: set(), None: set()}
    start = threading.Barrier(3)

    def member_of(number: int) -> Callable[[], None]:
        def work() -> None:
            try:
                start.wait(10)
                for _ in range(rounds):
                    with scope.group_scope(groups[number]), transaction.atomic():
                        pid, found = raw_groups()
                        found |= {report.group_id for report in Report.objects.all()}
                    pids.add(pid)
                    seen[number] |= found
            except Exception as error:  # noqa: BLE001 - a failing thread must fail the test
                failures.append(error)

        return work

    def without_scope() -> None:
        try:
            start.wait(10)
            for _ in range(rounds):
                with transaction.atomic():
                    pid, found = raw_groups()
                pids.add(pid)
                seen[None] |= found
        except Exception as error:  # noqa: BLE001 - a failing thread must fail the test
            failures.append(error)

    threads = [work_through(pooler, work) for work in (member_of(0), member_of(1), without_scope)]
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(pids) == 1  # the premise: all three were served by the same server connection
    assert seen == {0: {groups[0].pk}, 1: {groups[1].pk}, None: set()}


def test_a_setting_of_the_session_would_have_leaked(pooler, groups):
    """The control: what the portal does not do is found by the next client."""

    def connect() -> psycopg2.extensions.connection:
        made = psycopg2.connect(
            host=pooler["HOST"], port=pooler["PORT"], dbname=pooler["NAME"], user=pooler["USER"]
        )
        made.autocommit = True
        return made

    first, second = connect(), connect()
    try:
        with first.cursor() as cursor:
            cursor.execute("SELECT set_config('app.scope', %s, false)", [str(groups[0].pk)])
        with second.cursor() as cursor:
            cursor.execute("SELECT group_id FROM reporting_report")
            assert cursor.fetchall() == [(groups[0].pk,)]
        with first.cursor() as cursor:
            cursor.execute("SELECT set_config('app.scope', '', false)")
    finally:
        first.close()
        second.close()


def test_a_scope_changed_in_mid_transaction_ends_with_the_transaction(pooler, groups):
    found = []

    def work() -> None:
        with transaction.atomic(), scope.group_scope(groups[0]):
            found.append(raw_groups()[1])
            with scope.read_everywhere("checks"):
                found.append(raw_groups()[1])
            found.append(raw_groups()[1])
        with transaction.atomic():
            found.append(raw_groups()[1])

    work_through(pooler, work).join(30)
    own, both = {groups[0].pk}, {place.pk for place in groups}
    assert found == [own, both, own, set()]
