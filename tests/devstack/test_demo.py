"""`make demo` as a person sees it: it starts, prints its address, recovers from a kill, keeps its data, stops."""

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

from devstack.processes import free_port
from tests.devstack.test_services import children, eventually, runs

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("production")]

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """One start of the demo, with a small network and all its files in a folder of its own."""

    def __init__(self, folder: Path, *argv: str, **env: str) -> None:
        self.folder, self.port = folder, free_port()
        kept = ("PATH", "HOME", "LC_ALL", "LANG", "PG_HOME")
        machine = {name: os.environ[name] for name in kept if name in os.environ}
        here = {
            "SSC_RUN_DIR": str(folder / "run"),
            "SSC_VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devstack.demo", "--groups", "3", "--members", "80", *argv],
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

    def log(self, name: str) -> str:
        """The end of a process's log, to explain a failure."""
        return (self.folder / "var" / "log" / "demo" / f"{name}.log").read_text()[-3000:]

    def stop(self, signum: int = signal.SIGINT) -> int:
        self.process.send_signal(signum)
        return self.process.wait(60)


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ssc-demo-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_demo_comes_up_survives_being_killed_keeps_its_data_and_stops(folder):
    # As if the very first start had been killed while the network was being made.
    (folder / "var").mkdir()
    (folder / "var" / "demo-is-being-made").touch()
    first = Demo(folder, STAGE="targets-open").up()
    assert "The last start was interrupted" in first.said
    assert "Making the demo network: 3 groups, 80 people." in first.said
    assert f"The portal is at http://localhost:{first.port}/" in first.said
    assert f"http://localhost:{first.port}/demo/mail/" in first.said
    assert first.said.count("@demo.ssc.example") >= 10
    assert first.answers("/demo/mail/")
    assert "Specialist Group" in first.get("/en/")[1]

    victims = children(first.process.pid)
    assert (
        len(victims) == 7
    )  # PostgreSQL, Valkey for the queue and for the cache, mail sink, web, worker, beat
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(set(children(first.process.pid)) - set(victims)) == 7, within=30)
    assert eventually(first.answers, within=90), first.log("web-server")
    assert first.get("/health/") == (200, '{"database": true, "redis": true}')

    everything = [pid for child in children(first.process.pid) for pid in (child, *children(child))]
    assert len(everything) > 6
    first.process.kill()
    first.process.wait()
    assert eventually(lambda: not any(runs(pid) for pid in everything), within=60)

    second = Demo(folder, STAGE="renewal-open").up()
    assert "Making the demo network" not in second.said
    assert "`make demo-reset` takes another" in second.said
    assert "Specialist Group" in second.get("/en/")[1]
    everything = [pid for child in children(second.process.pid) for pid in (child, *children(child))]
    assert second.stop(signal.SIGINT) == 0
    assert second.process.stdout.read().strip() == "Stopping."
    assert not any(runs(pid) for pid in everything)
