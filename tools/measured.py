"""A temporary portal to measure or to look at: services, the demo network, static files and web servers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from devstack.keeper import Service, StackError
from devstack.processes import BIN, ROOT, free_port, say
from devstack.services import Stack


def manage(*argv: str, env: dict[str, str]) -> str:
    """Run a management command and return its output. Raises StackError when the command fails."""
    return python(str(ROOT / "manage.py"), *argv, env=env)


def python(*argv: str, env: dict[str, str]) -> str:
    """Run a Python program of the project and return its output. Raises StackError when the program fails."""
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise StackError(f"`{' '.join(argv)}` failed. It said:\n{said}")
    return done.stdout


def other_database(name: str) -> dict[str, str]:
    """The environment variables of another database on the same server."""
    given = {key: os.environ[key] for key in ("DATABASE_URL", "SSC_DATABASE_OWNER_URL")}
    return {key: urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for key, url in given.items()}


def as_owner(database: str, *statements: str) -> None:
    """Run statements as the databases' owner, each in its own transaction, in the named database ("" is the first)."""
    owner = urlsplit(os.environ["SSC_DATABASE_OWNER_URL"])
    parts = dict(pair.split("=", 1) for pair in owner.query.split("&") if pair)
    connection = psycopg2.connect(
        host=parts.get("host") or owner.hostname,
        port=owner.port or 5432,
        user=owner.username,
        password=owner.password,
        dbname=database or owner.path.strip("/"),
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def settle(database: str = "") -> None:
    """Let PostgreSQL vacuum and analyse new rows now, as it does after a minute without being asked."""
    as_owner(database, "VACUUM (ANALYZE)")


def make_database(name: str, *, groups: str, members: int) -> dict[str, str]:
    """Create and fill another database; return its environment variables."""
    as_owner("", f'CREATE DATABASE "{name}"')
    env = {**other_database(name), "DJANGO_SETTINGS_MODULE": "sscportal.settings.bench"}
    manage("migrate", "--no-input", env={**env, "SSC_DB_AS": "owner"})
    manage("seed_demo", "--groups", groups, "--members", str(members), "--seed", "1", env=env)
    settle(name)
    return env


def inside(task: str, *argv: str, env: dict[str, str]) -> Any:
    """Run a task of `tools.measured_inside`, which uses Django, and return its JSON answer."""
    return json.loads(python("-m", "tools.measured_inside", task, *argv, env=env).splitlines()[-1])


@dataclass(frozen=True)
class Web:
    """A running web server with one worker."""

    address: str
    service: Service

    def resident(self) -> float:
        """The worker's memory in MB. Raises StackError when the server does not have exactly one worker."""
        assert self.service.process is not None
        tasks = Path(f"/proc/{self.service.process.pid}/task").glob("*/children")
        workers = [pid for listed in tasks for pid in listed.read_text().split()]
        if len(workers) != 1:
            raise StackError(f"The web server has {len(workers)} workers, and one is measured.")
        status = Path(f"/proc/{workers[0]}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def network(*, groups: str, members: int) -> Iterator[dict[str, str]]:
    """Start temporary services with the demo network and static files; yield the variables of the processes."""
    folder = Path(tempfile.mkdtemp(prefix="ssc-measured-"))
    env = {
        "DJANGO_SETTINGS_MODULE": "sscportal.settings.bench",
        "SSC_BASE_URL": f"http://localhost:{free_port()}",
        "SSC_STATIC_ROOT": str(folder / "static"),
        "SSC_SINK_DIR": str(folder / "mail"),
    }
    try:
        with Stack(throwaway=True) as stack:
            say("Preparing the database.")
            manage("migrate", "--no-input", env={**env, "SSC_DB_AS": "owner"})
            say(f"Filling it with the demo network: {groups} groups, {members} people.")
            manage("seed_demo", "--groups", groups, "--members", str(members), "--seed", "1", env=env)
            settle()
            manage("collectstatic", "--no-input", env=env)
            yield {**env, **stack.exported}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def web_server(env: dict[str, str]) -> Iterator[Web]:
    """Start a fresh web process of the portal on a network. Raises StackError when the process does not start."""
    port = urlsplit(env["SSC_BASE_URL"]).port
    assert port is not None
    service = Service(
        name="The web server",
        argv=[
            *(str(BIN / "gunicorn"), "--config", str(ROOT / "deploy/gunicorn.conf.py")),
            *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "2"),
            *("--max-requests", "0", "sscportal.wsgi:application"),
        ],
        log=Path(env["SSC_STATIC_ROOT"]).with_name("web.log"),
        stop_signal=signal.SIGTERM,
        options={"cwd": ROOT, "env": {**os.environ, **env}},
    )
    service.start()
    try:
        service.await_sign_of_life(lambda: answers(port), 60)
        yield Web(env["SSC_BASE_URL"], service)
    finally:
        service.stop()
        service.wait()


@contextmanager
def portal(*, groups: str, members: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Start a portal with the demo network; yield its address and the variables of its processes."""
    with network(groups=groups, members=members) as env, web_server(env) as web:
        yield web.address, env


def answers(port: int) -> bool:
    """Whether the web server answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
