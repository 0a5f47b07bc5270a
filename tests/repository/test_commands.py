"""The Makefile's commands: each has a description, is in the README, and names what is missing."""

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


def test_missing_system_packages_are_named_in_a_sentence():
    lacking = "import sys; sys.path.insert(0, 'tools'); import setup; setup.LIBRARIES = {'libthing-1': ['/nowhere/*']}"
    done = subprocess.run(
        [sys.executable, "-c", f"{lacking}; setup.ensure_system('demo')"],
        cwd=ROOT,
        env={"PATH": "/nowhere"},  # so there is no apt-get, also for root
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0  # the portal runs without them
    assert done.stderr.startswith("This machine lacks libthing-1: install them as root")
    assert "reports cannot be made into PDFs" in done.stderr


def test_audit_that_nobody_answers_says_so_and_passes(tmp_path):
    (tmp_path / "requirements").mkdir()
    pinned = "sqlparse==0.5.0 --hash=sha256:" + "0" * 64
    (tmp_path / "requirements" / "runtime.txt").write_text(pinned)
    script = "import sys; from pathlib import Path; from tools import check; check.ROOT = Path(sys.argv[1])"
    nobody = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{script}; result = check.packages(); print(result.passed, result.note)",
            str(tmp_path),
        ],
        cwd=ROOT,
        env={**os.environ, **nobody},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "True not done: the service that knows of faults did not answer"
    assert not (tmp_path / "var" / "audited").exists()


@pytest.mark.parametrize("program", ["demo", "prodlike"])
def test_a_port_that_is_taken_is_named_in_a_sentence(program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", f"devstack.{program}"],
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
        [sys.executable, "-m", "devstack.demo"],
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
        [sys.executable, "-m", "devstack.demo", "--reset"],
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
