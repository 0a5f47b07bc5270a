"""Run the portal's processes on one machine: web server, worker, beat, mail sink. Demo and prodlike use it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from devstack.keeper import Service, StackError, spawn, stop_all
from devstack.services import Stack

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LONGEST_LOG = 5 * 1024 * 1024


class Stopped(SystemExit):
    """A signal asked this process to stop."""


def say(text: str = "") -> None:
    """Print a line for the person at the terminal, without buffering."""
    print(text, flush=True)


def wanted_port() -> int:
    """Return the port in the variable PORT, or 8000. Raises StackError when PORT is not a port number."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise StackError(f"PORT={given} is not a port number: give one from 1 to 65535, such as PORT=8001.")
    return int(given)


def require_free(port: int) -> None:
    """Raise StackError when another program uses the port, or when this account may not use it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise StackError(f"This account may not use port {port}: choose one with PORT=8001.") from error
        except OSError as error:
            raise StackError(
                f"Port {port} is in use: stop the program there, or choose another with PORT={port % 65535 + 1}."
            ) from error


def free_port() -> int:
    """Return a port of this machine that no program uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens_on_ipv6() -> bool:
    """Return whether this machine has an IPv6 loopback. Programs may then try it first for "localhost"."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def fingerprint(*folders: Path) -> str:
    """Return a hash that changes with the name, size or time of any file in the folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class Portal:
    """The portal's processes and the services they need. They run during a `with` block.

    `env` is added to the environment of every process. A process that dies is started again. When this process ends
    for any reason, all of them end. Raises StackError when a part does not start.
    """

    def __init__(self, *, stack: Stack, logs: Path, env: dict[str, str], port: int) -> None:
        self.stack, self.logs, self.port = stack, logs, port
        self.services: list[Service] = []
        self.env = env
        self.is_up = False

    def __enter__(self) -> Portal:
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._stopped)
        self.logs.mkdir(parents=True, exist_ok=True)
        require_free(self.port)
        self.stack.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> bool:
        if kind is Stopped:
            say("\nStopping.")
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the stopping
        stop_all(self.services)
        self.stack.stop()
        return kind is Stopped and self.is_up  # a signal after the start is the normal end, and no error

    @staticmethod
    def _stopped(signum: int, frame: object) -> None:
        raise Stopped(128 + signum)

    @property
    def address(self) -> str:
        """The portal's address, without a slash at the end."""
        return f"http://localhost:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a process, with the services' variables."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.env, **more}

    # Commands that run one after the other

    def manage(self, *argv: str, title: str = "", **env: str) -> str:
        """Run one management command, wait for its end and return its output. Raises StackError when it fails."""
        if title:
            say(title)
        child = spawn(
            [sys.executable, str(ROOT / "manage.py"), *argv],
            signum=signal.SIGTERM,
            cwd=ROOT,
            env=self.environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = child.communicate()
        if child.returncode:
            said = "\n".join((out + err).decode(errors="replace").strip().splitlines()[-12:])
            raise StackError(f"`manage.py {' '.join(argv)}` failed. It said:\n{said}")
        return out.decode()

    def migrate(self, **env: str) -> bool:
        """Run the missing migrations as the database's owner. Return whether the database has no group yet.

        `env` is added to the environment of the commands. Raises StackError when a command fails.
        """
        state = json.loads(self.manage("portal_state", **env))
        if state["pending"]:
            title = "Preparing the database."
            self.manage("migrate", "--no-input", title=title, **env, SSC_DB_AS="owner")
            state = json.loads(self.manage("portal_state", **env))
        return bool(state["empty"])

    def collect_static(self, target: Path) -> None:
        """Collect and compress the static files, if any of them has changed since the last time."""
        packages = ROOT / "requirements"
        now = fingerprint(
            ROOT / "static", packages, *(path for path in ROOT.glob("*/static") if path.is_dir())
        )
        beside = target.with_name(f"{target.name}-manifest")  # core.static_files
        stamp = beside / ".made-from"
        if not stamp.exists() or stamp.read_text() != now:
            self.manage("collectstatic", "--no-input", "--clear", title="Gathering the static files.")
            stamp.write_text(now)

    # Processes that run at the same time

    def add(self, name: str, *argv: str, **env: str) -> Service:
        """Start a process that is started again when it dies. It writes its output to its own log."""
        log = self.logs / f"{name.lower().replace(' ', '-')}.log"
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        service = Service(
            name=f"The {name}",
            argv=list(argv),
            log=log,
            stop_signal=signal.SIGTERM,
            options={"cwd": ROOT, "env": self.environment(**env)},
            on_death=self._tell,
        )
        self.services.append(service)
        service.start()
        return service

    @staticmethod
    def _tell(service: Service, status: int) -> None:
        how = f"with signal {-status}" if status < 0 else f"with status {status}"
        say(f"{service.name} ended {how} and is started again; its log is {service.log}.")

    def add_sink(self, folder: Path) -> None:
        """Start a mail sink that writes messages into the folder, and make the portal send its mail there."""
        port = free_port()
        self.env["SSC_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        module = [sys.executable, "-m", "devstack.sink"]
        self.add("mail sink", *module, "--port", str(port), "--dir", str(folder))

    def add_web(self, workers: int = 2, threads: int = 8) -> Service:
        """Start the web server on the port."""
        binds = ["--bind", f"127.0.0.1:{self.port}"]
        if listens_on_ipv6():
            binds += ["--bind", f"[::1]:{self.port}"]
        size = ["--workers", str(workers), "--threads", str(threads)]
        options = ["--config", str(ROOT / "deploy/gunicorn.conf.py"), *size, *binds]
        return self.add("web server", str(BIN / "gunicorn"), *options, "sscportal.wsgi:application")

    def add_jobs(self, folder: Path) -> None:
        """Start the worker and beat. Beat writes its schedule into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        celery = [str(BIN / "celery"), "-A", "sscportal"]
        quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        self.add("worker", *celery, "worker", "--concurrency", "2", *quiet)
        self.add(
            "beat", *celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(folder / "beat")
        )

    def await_answer(self, web: Service, within: float = 60) -> None:
        """Wait until the first page answers. Raises StackError when it does not answer `within` the seconds."""

        def alive() -> bool:
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", headers={"Host": "localhost"})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
                return False

        web.await_sign_of_life(alive, within)
        self.is_up = True

    def run(self) -> None:
        """Wait until a signal asks this process to stop. The signal ends the `with` block."""
        self.is_up = True
        while True:
            signal.pause()
