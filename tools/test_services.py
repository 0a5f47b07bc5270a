"""Runs the suite on Debian's PostgreSQL and Redis over TCP, with passwords, as in production: `make test-services`.

Both servers are private: they use free ports on 127.0.0.1 and temporary data in var/services/, and stop at the end.
Arguments are passed to pytest. Without arguments the whole suite runs.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg2  # noqa: E402 - the project's modules are found through the line above

from devstack.keeper import Service, StackError, spawn, stop_all  # noqa: E402
from devstack.processes import Stopped, free_port  # noqa: E402
from devstack.services import ROLES  # noqa: E402
from tools.setup import apt_install, can_apt  # noqa: E402

HOME = ROOT / "var" / "services"
ROLE_NAMES = ("postgres", "ssc_owner", "ssc_app", "ssc_backup")


def newest_postgres() -> Path | None:
    """Return the folder of Debian's newest PostgreSQL, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def ensure_installed() -> Path:
    """Return the folder of PostgreSQL's programs; root installs missing servers. Raises StackError without them."""
    wanted = {"postgresql": newest_postgres() is None, "redis-server": shutil.which("redis-server") is None}
    if missing := [package for package, absent in wanted.items() if absent]:
        names = " and ".join(missing)
        if not can_apt():
            raise StackError(
                f"This machine lacks {names}: install them as root, then run `make test-services` again."
            )
        if problem := apt_install(missing):
            raise StackError(f"apt-get could not install {names}. It said:{problem}")
    programs = newest_postgres()
    if programs is None:
        raise StackError("PostgreSQL was installed, but its programs are not in /usr/lib/postgresql.")
    return programs


def unprivileged(folder: Path) -> dict[str, Any]:
    """Give the folder to an account that may run PostgreSQL; return the options that start programs under it."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def start_postgres(programs: Path, services: list[Service]) -> dict[str, str]:
    """Start a private PostgreSQL with password sign-in over TCP; return the addresses of both roles."""
    home = HOME / "postgres"
    home.mkdir(mode=0o700)
    options = unprivileged(home)
    if options and subprocess.run(["test", "-x", str(home)], cwd="/", check=False, **options).returncode:
        raise StackError(
            f"PostgreSQL's account cannot reach {home}: move the project to a folder open to others."
        )
    port, words = free_port(), {role: secrets.token_hex(16) for role in ROLE_NAMES}
    first = HOME / "postgres-password"
    first.write_text(words["postgres"])
    if options:
        os.chown(first, options["user"], options["group"])
    data = home / "data"
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
    initdb += ["--auth=scram-sha-256", f"--pwfile={first}", "--no-sync"]
    subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **options)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "timezone": "UTC",
    }
    service = Service(
        name="PostgreSQL",
        argv=[
            str(programs / "postgres"),
            "-D",
            str(data),
            *(f"-c{name}={value}" for name, value in settings.items()),
        ],
        log=HOME / "postgres.log",
        stop_signal=signal.SIGINT,
        options={"cwd": "/", **options},
    )
    services.append(service)
    service.start()
    access = {"host": "127.0.0.1", "port": port, "user": "postgres", "password": words["postgres"]}

    def alive() -> bool:
        try:
            psycopg2.connect(dbname="postgres", **access).close()
        except psycopg2.OperationalError:
            return False
        return True

    service.await_sign_of_life(alive, within=60)
    connection = psycopg2.connect(dbname="postgres", **access)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(ROLES)
        for role in ROLE_NAMES:
            cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [words[role]])
        cursor.execute("CREATE DATABASE ssc OWNER ssc_owner")
    connection.close()
    return {
        "DATABASE_URL": f"postgres://ssc_app:{words['ssc_app']}@127.0.0.1:{port}/ssc",
        "SSC_DATABASE_OWNER_URL": f"postgres://ssc_owner:{words['ssc_owner']}@127.0.0.1:{port}/ssc",
        "SSC_BACKUP_URL": f"postgres://ssc_backup:{words['ssc_backup']}@127.0.0.1:{port}/ssc",
        "SSC_PG_BIN": str(programs),
        "SSC_TEST_SUPERUSER_URL": f"postgres://postgres:{words['postgres']}@127.0.0.1:{port}/postgres",
    }


def start_redis(services: list[Service], variable: str, *more: str) -> dict[str, str]:
    """Start a private Redis with a password over TCP, with `more` lines of settings; return its address."""
    home, port, word = HOME / variable.lower(), free_port(), secrets.token_hex(16)
    home.mkdir(mode=0o700)
    configuration = (
        home / "redis.conf"
    )  # every account of the machine could read a password on the command line
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {word}\ndir {home}\nsave ""\nappendonly no\n'
        + "\n".join(more)
    )
    service = Service(
        name="Redis",
        argv=[shutil.which("redis-server") or "redis-server", str(configuration)],
        log=home.with_suffix(".log"),
        stop_signal=signal.SIGTERM,
        options={"cwd": "/"},
    )
    services.append(service)
    service.start()

    def alive() -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex(("127.0.0.1", port)) == 0

    service.await_sign_of_life(alive, within=30)
    return {variable: f"redis://:{word}@127.0.0.1:{port}/0"}


def stopped(signum: int, frame: object) -> None:
    """End the program in order when a signal arrives."""
    raise Stopped(128 + signum)


def main(argv: list[str]) -> int:
    """Start the servers, run pytest on them, stop them; return pytest's exit status."""
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, stopped)
    programs = ensure_installed()
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    HOME.chmod(0o755)
    services: list[Service] = []
    try:
        bounded = ("maxmemory 128mb", "maxmemory-policy allkeys-lru")
        env = {**os.environ, **start_postgres(programs, services)}
        env |= start_redis(services, "REDIS_URL") | start_redis(services, "SSC_CACHE_URL", *bounded)
        version = subprocess.check_output([str(programs / "postgres"), "--version"], text=True).strip()
        print(f"The suite runs on {version} and Redis over TCP.", flush=True)
        pytest = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-q"]
        return spawn([*pytest, *argv], signum=signal.SIGTERM, cwd=ROOT, env=env).wait()
    finally:
        stop_all(services)
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
