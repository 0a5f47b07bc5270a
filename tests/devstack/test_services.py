"""The embedded services start without set-up, recover from a kill, and leave no files behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("DATABASE_URL", "SSC_DATABASE_OWNER_URL", "REDIS_URL", "SSC_CACHE_URL")
REPORT = """
import os, sys
print(os.environ.get("DATABASE_URL", "-"), os.environ.get("SSC_DATABASE_OWNER_URL", "-"),
      os.environ.get("REDIS_URL", "-"), os.environ.get("SSC_CACHE_URL", "-"), os.getpid(), flush=True)
sys.stdin.read()
"""


def eventually(holds: Callable[[], bool], within: float = 15) -> bool:
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in tasks.read_text().split()]
    return found


class Session:
    """The command line with a child that reports its environment and stays until told to go."""

    def __init__(self, base: Path, **env: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in NAMES}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devstack", sys.executable, "-c", REPORT],
            cwd=ROOT,
            env={**clean, "SSC_RUN_DIR": str(base), **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def report(self) -> "Session":
        line: list[str] = self.process.stdout.readline().split()
        assert line, self.process.stderr.read()
        self.database, self.owner, self.redis, self.cache, pid = line
        self.command = int(pid)
        self.sockets = Path(self.redis.removeprefix("unix://")).parent
        return self

    def servers(self) -> dict[str, int]:
        """The servers that run: "postgres", and the two Valkeys by the names of their sockets, "kv" and "cache"."""
        found = {}
        for pid in children(self.process.pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
                name = Path(f"/proc/{pid}/comm").read_text().strip()
                if socket := re.search(r"/(\w+)\.sock", Path(f"/proc/{pid}/cmdline").read_text()):
                    name = socket[1] if name == "valkey-server" else name
                found[name] = pid
        return {name: pid for name, pid in found.items() if name in {"postgres", "kv", "cache"}}

    def connect(self, user: str = "ssc_app") -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(host=str(self.sockets), user=user, dbname="ssc")
        connection.autocommit = True
        return connection

    def close(self) -> int:
        self.process.stdin.close()
        return self.process.wait(30)


@pytest.fixture
def base() -> Iterator[Path]:
    # Not below pytest's own folder, which is closed to the account that PostgreSQL runs under.
    folder = Path(tempfile.mkdtemp(prefix="ssc-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def session(base: Path) -> Iterator[Session]:
    session = Session(base).report()
    yield session
    if session.process.poll() is None:
        session.close()


def value(connection: "psycopg2.extensions.connection", sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def can_connect(session: Session) -> bool:
    try:
        session.connect().close()
    except psycopg2.OperationalError:
        return False
    return True


def test_stack_stops_with_its_command_and_leaves_no_socket_behind(session):
    servers = session.servers()
    assert set(servers) == {"postgres", "kv", "cache"}
    assert session.sockets.exists()
    assert session.close() == 0
    assert not any(runs(pid) for pid in servers.values())
    assert not session.sockets.exists()


def test_stack_returns_the_status_of_its_command(base):
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://x@/x",
        "REDIS_URL": "redis://x",
        "SSC_CACHE_URL": "redis://y",
    }
    argv = [sys.executable, "-m", "devstack", sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.run(argv, cwd=ROOT, env=env, check=False).returncode == 7


def test_stack_starts_nothing_when_all_addresses_are_given(base):
    session = Session(
        base, DATABASE_URL="postgres://a@/a", REDIS_URL="redis://b", SSC_CACHE_URL="redis://c"
    ).report()
    assert (session.database, session.owner) == ("postgres://a@/a", "-")
    assert (session.redis, session.cache) == ("redis://b", "redis://c")
    assert session.servers() == {}
    session.close()
    assert list(base.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ({"DATABASE_URL": "postgres://a@/a"}, {"kv", "cache"}),
        ({"REDIS_URL": "redis://b"}, {"postgres", "cache"}),
        ({"SSC_CACHE_URL": "redis://c"}, {"postgres", "kv"}),
    ],
)
def test_stack_starts_only_what_no_address_is_given_for(base, given, started):
    session = Session(base, **given).report()
    assert set(session.servers()) == started
    session.close()


def test_second_stack_on_the_same_data_is_refused_in_a_sentence(session, base):
    second = Session(base)
    assert second.process.wait(30) == 1
    assert "Another process runs the services" in second.process.stderr.read()
    assert can_connect(session)


def test_application_role_owns_nothing_and_passes_no_barrier(session):
    roles = (
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = '{}'"
    )
    connection = session.connect()
    assert value(connection, "SELECT current_user") == "ssc_app"
    assert value(connection, roles.format("ssc_app")) is False
    assert value(connection, "SELECT count(*) FROM pg_database WHERE datdba = 'ssc_app'::regrole") == 0
    assert value(connection, "SELECT pg_has_role('ssc_owner', 'ssc_app', 'MEMBER')") is True
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        value(connection, "CREATE TABLE mine (id int)")
    owner = session.connect("ssc_owner")
    assert value(owner, "CREATE TABLE theirs (id int); SELECT 1") == 1
    connection.close()
    owner.close()


def test_database_keeps_time_in_utc_and_statements_out_of_its_log(session, base):
    connection = session.connect()
    assert value(connection, "SHOW timezone") == "UTC"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        value(connection, "SELECT 'a secret word' FROM nowhere")
    connection.close()
    assert "a secret word" not in (base / "main" / "postgres.log").read_text()


@pytest.mark.parametrize("victim", ["postgres", "kv", "cache"])
def test_killed_server_is_started_again_with_its_data(session, victim):
    connection = session.connect("ssc_owner")
    assert value(connection, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT answer FROM kept") == 42
    connection.close()
    before = session.servers()[victim]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: session.servers().get(victim, before) != before)
    assert eventually(lambda: can_connect(session))
    connection = session.connect("ssc_owner")
    assert value(connection, "SELECT answer FROM kept") == 42
    connection.close()
    assert runs(session.command)


def test_killed_supervisor_takes_command_and_servers_with_it(session):
    pids = [session.command, *session.servers().values()]
    session.process.kill()
    session.process.wait()
    assert eventually(lambda: not any(runs(pid) for pid in pids))


def test_no_acknowledged_row_is_lost_when_everything_is_killed_in_the_middle(session, base):
    connection = session.connect("ssc_owner")
    value(connection, "CREATE TABLE row (id int); SELECT 1")
    written = 0
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        value(connection, f"INSERT INTO row VALUES ({written}) RETURNING id")
        written += 1
    os.kill(session.servers()["postgres"], signal.SIGKILL)
    session.process.kill()
    session.process.wait()
    connection.close()
    again = Session(base).report()
    connection = again.connect("ssc_owner")
    assert value(connection, "SELECT count(*) FROM row") == written > 0
    connection.close()
    again.close()


def test_fresh_start_throws_the_data_away_and_only_then(base):
    program = (
        "import sys; from devstack.services import Stack; import os, psycopg2\n"
        "with Stack(fresh=sys.argv[1] == 'fresh') as stack:\n"
        "    c = psycopg2.connect(host=str(stack.sockets), user='ssc_owner', dbname='ssc'); c.autocommit = True\n"
        "    k = c.cursor(); k.execute('CREATE TABLE IF NOT EXISTS kept (id int); INSERT INTO kept VALUES (1)')\n"
        "    k.execute('SELECT count(*) FROM kept'); print(k.fetchone()[0])\n"
    )
    env = {name: value for name, value in os.environ.items() if name not in NAMES} | {
        "SSC_RUN_DIR": str(base)
    }

    def rows_after(how: str) -> str:
        argv = [sys.executable, "-c", program, how]
        return subprocess.run(
            argv, cwd=ROOT, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert [rows_after("kept"), rows_after("kept"), rows_after("fresh")] == ["1", "2", "1"]


def test_leftovers_of_killed_test_runs_are_swept(base):
    start = "import os, sys; from devstack.services import Stack; s = Stack(throwaway=True).start()"
    die = "print(s.folder, s.sockets, flush=True); os.kill(os.getpid(), 9)"
    env = {name: value for name, value in os.environ.items() if name not in NAMES} | {
        "SSC_RUN_DIR": str(base)
    }
    killed = subprocess.run(
        [sys.executable, "-c", f"{start}; {die}"],
        cwd=ROOT,
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    folder, sockets = map(Path, killed.stdout.split())
    assert folder.exists()
    assert sockets.exists()
    session = Session(base).report()
    assert not folder.exists()
    assert not sockets.exists()
    session.close()
