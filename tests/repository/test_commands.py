"""The Makefile's commands: each explains itself, stands in the README, and says plainly what is missing."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = [
    "demo",
    "demo-reset",
    "test",
    "check",
    "lock",
    "prodlike",
    "bench",
    "shots",
    "messages",
    "test-services",
]


def make(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *argv], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


def test_help_lists_every_command_with_a_sentence():
    listed = dict(re.findall(r"^  make (\S+)\s+(.+)$", make().stdout, re.MULTILINE))
    assert set(NAMED) <= set(listed)
    assert all(sentence.rstrip().endswith(".") for sentence in listed.values())


def test_a_missing_python_is_named_in_a_sentence():
    done = make("setup", PYTHON="python-that-is-not-here")
    assert done.returncode != 0
    assert "There is no python-that-is-not-here here: install Python 3.11 or newer." in done.stderr


def test_a_python_that_is_too_old_is_named_in_a_sentence():
    pretend = (
        "import sys; sys.version_info = (3, 9, 2); sys.path.insert(0, 'tools'); import setup; setup.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The portal needs Python 3.11 or newer, and this is 3.9.2")


@pytest.mark.parametrize("program", ["demo", "prodlike"])
def test_a_port_that_is_taken_is_named_in_a_sentence(program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", f"sscportal.{program}"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is in use: stop the program there")


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_named_in_a_sentence(port):
    done = subprocess.run(
        [sys.executable, "-m", "sscportal.demo"],
        cwd=ROOT,
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT={port} is not a port number")


def test_a_given_database_is_never_thrown_away():
    done = subprocess.run(
        [sys.executable, "-m", "sscportal.demo", "--reset"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgres://somebody@db.example/theirs"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL names a database of yours")


def test_imports_go_downwards_only():
    lint = str(Path(sys.executable).parent / "lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Apps import downwards only KEPT" in done.stdout
