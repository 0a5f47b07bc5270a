"""The portal's processes on one machine: a stopped process is started again, and all end with their parent."""

import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.keeper import StackError
from devstack.processes import fingerprint, free_port, require_free, wanted_port
from tests.devstack.test_services import children, eventually, runs

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys
from pathlib import Path
from devstack.services import Stack
from devstack.processes import Portal, say
folder = Path(sys.argv[1])
with Portal(stack=Stack(), logs=folder / "log", env={}, port=int(sys.argv[2])) as portal:
    portal.add_sink(folder / "mail")
    say(portal.env["SSC_SMTP_URL"])
    portal.run()
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def sink_port(portal: "subprocess.Popen[str]") -> int:
    address = re.fullmatch(r"smtp://127\.0\.0\.1:(\d+)\n", portal.stdout.readline())
    assert address
    port = int(address[1])
    assert eventually(lambda: answers(port))
    return port


def answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as client:
            return client.noop()[0] == 250
    except OSError:
        return False


def test_killed_process_is_named_and_started_again(portal):
    port = sink_port(portal)
    (sink,) = children(portal.pid)
    os.kill(sink, signal.SIGKILL)
    assert portal.stdout.readline().startswith(
        "The mail sink ended with signal 9 and is started again; its log is "
    )
    assert eventually(lambda: answers(port))
    (again,) = children(portal.pid)
    assert again != sink


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_signal_that_asks_for_the_end_stops_everything(portal, signum):
    port = sink_port(portal)
    pids = children(portal.pid)
    portal.send_signal(signum)
    assert portal.wait(30) == 0
    assert portal.stdout.read().strip() == "Stopping."
    assert not any(runs(pid) for pid in pids)
    assert not answers(port)


def test_killed_starter_leaves_nothing_running(portal):
    sink_port(portal)
    pids = children(portal.pid)
    portal.kill()
    portal.wait()
    assert pids
    assert eventually(lambda: not any(runs(pid) for pid in pids))


def test_free_port_is_accepted_and_a_taken_one_refused():
    port = free_port()
    require_free(port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(StackError, match=f"Port {port} is in use"):
            require_free(port)


@pytest.mark.parametrize(("given", "port"), [("", 8000), ("8001", 8001)])
def test_port_comes_from_the_environment(monkeypatch, given, port):
    monkeypatch.setenv("PORT", given)
    assert wanted_port() == port


def test_fingerprint_changes_with_each_change_of_a_file(tmp_path):
    (tmp_path / "a.css").write_text("a")
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    os.utime(tmp_path / "a.css", (1, 1))
    second = fingerprint(tmp_path)
    (tmp_path / "b.css").write_text("b")
    assert len({first, second, fingerprint(tmp_path)}) == 3
