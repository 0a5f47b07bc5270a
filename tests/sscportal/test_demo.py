"""`make demo` as a person sees it: it comes up, says where it is, survives being killed, keeps its data, stops."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sscportal.processes import free_port
from tests.sscportal.test_devstack import children, eventually, runs

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("production")]

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """One start of the demo, with a small network and all its files in a folder of its own."""

    def __init__(self, folder: Path, *argv: str, **env: str) -> None:
        self.port = free_port()
        kept = ("PATH", "HOME", "LC_ALL", "LANG", "PG_HOME")
        machine = {name: os.environ[name] for name in kept if name in os.environ}
        here = {
            "SSC_RUN_DIR": str(folder / "run"),
            "SSC_VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sscportal.demo", "--groups", "3", "--members", "80", *argv],
            cwd=ROOT,
            env={**machine, **here, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def up(self) -> "Demo":
        """Read what it says until it has said everything."""
        while "Ctrl-C stops everything" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"The demo ended with {self.process.wait()}: {self.said}"
            self.said += line
        return self

    def get(self, path: str) -> tuple[int, str]:
        client = http.client.HTTPConnection("localhost", self.port, timeout=20)
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read().decode()

    def answers(self, path: str = "/en/") -> bool:
        try:
            return self.get(path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self, signum: int = signal.SIGINT) -> int:
        self.process.send_signal(signum)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ssc-demo-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    demo = Demo(folder)
    try:
        yield demo.up()
    finally:
        if demo.process.poll() is None:
            demo.stop()


def test_first_start_makes_the_network_and_says_where_everything_is(demo):
    assert "Making the demo network: 3 groups, 80 people." in demo.said
    assert f"The portal is at http://localhost:{demo.port}/" in demo.said
    assert f"http://localhost:{demo.port}/demo/mail/" in demo.said
    assert demo.said.count("@demo.ssc.example") >= 10
    assert demo.answers("/en/")
    assert demo.answers("/demo/mail/")
    assert "Specialist Group" in demo.get("/en/")[1]


def test_second_start_keeps_the_network_and_any_killed_process_comes_back(demo):
    assert "Making the demo network" not in demo.said
    victims = children(demo.process.pid)
    assert len(victims) == 6  # PostgreSQL, Valkey, mail sink, web, worker, beat
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(set(children(demo.process.pid)) - set(victims)) == 6, within=30)
    assert eventually(demo.answers, within=30)
    assert demo.get("/health/") == (200, '{"database": true, "redis": true}')


def test_interrupt_stops_everything(demo):
    everything = [pid for child in children(demo.process.pid) for pid in (child, *children(child))]
    assert demo.stop(signal.SIGINT) == 0
    assert not any(runs(pid) for pid in everything)


def test_killed_demo_leaves_nothing_running_and_starts_again(demo, folder):
    everything = [pid for child in children(demo.process.pid) for pid in (child, *children(child))]
    assert len(everything) > 6
    demo.process.kill()
    demo.process.wait()
    assert eventually(lambda: not any(runs(pid) for pid in everything), within=40)
    again = Demo(folder).up()
    assert again.answers()
    assert again.stop() == 0


def test_network_that_was_half_made_is_made_anew(folder):
    (folder / "var").mkdir(exist_ok=True)
    (folder / "var" / "demo-is-being-made").touch()
    demo = Demo(folder).up()
    assert "The last start was interrupted" in demo.said
    assert "Making the demo network" in demo.said
    assert demo.stop() == 0


def test_stage_is_passed_to_a_new_network_only(folder):
    first = Demo(folder, "--reset", STAGE="targets-open").up()
    assert "Making the demo network" in first.said
    assert first.stop() == 0
    second = Demo(folder, STAGE="renewal-open").up()
    assert "`make demo-reset` takes another" in second.said
    assert second.stop() == 0
