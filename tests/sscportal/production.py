"""Runs the processes of docker-compose.yml without containers: the same commands and variables, on local servers.

PgBouncer is Debian's, in transaction mode, with the settings of deploy/pgbouncer/. A process gets only the variables
that the compose file names.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
import yaml

from devstack.keeper import Service, stop_all
from devstack.processes import free_port
from devstack.services import valkey_program

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOST = "groups.example.org"
POOLER = "/usr/sbin/pgbouncer"
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def listens(port: int) -> bool:
    """Tell whether somebody accepts connections on the port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


class Production:
    """Database, pool, Redis and the portal's processes, started from the compose file's words."""

    def __init__(self) -> None:
        self.services: list[Service] = []
        self.folder = Path(tempfile.mkdtemp(prefix="ssc-production-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        self.owner = urlsplit(os.environ["SSC_DATABASE_OWNER_URL"])
        self.database = f"ssc_production_{secrets.token_hex(4)}"
        self.pool_port, self.redis_port = free_port(), free_port()
        self.smtp_port, self.cache_port = free_port(), free_port()
        self.values = {
            "SSC_HOST": HOST,
            "SSC_SECRET_KEY": secrets.token_urlsafe(64),
            "SSC_APP_DB_PASSWORD": urlsplit(os.environ["DATABASE_URL"]).password or secrets.token_hex(16),
            "SSC_OWNER_DB_PASSWORD": self.owner.password or "unused",
            "SSC_BACKUP_DB_PASSWORD": secrets.token_hex(16),
            "SSC_ADMINS": "keeper@groups.example.org",
            "SSC_REDIS_PASSWORD": secrets.token_hex(16),
            "SSC_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "SSC_MAIL_FROM": "SSC Groups <portal@groups.example.org>",
            "SSC_MAIL_LIVE": "true",
        }

    # The servers

    def owner_connection(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """Return a connection to the server as the owner, past the pool."""
        host = parse_qs(self.owner.query).get("host", [self.owner.hostname])[0]
        connection = psycopg2.connect(
            dbname=database,
            user="ssc_owner",
            password=self.owner.password,
            host=host,
            port=self.owner.port or 5432,
        )
        connection.autocommit = True
        return connection

    def start_servers(self) -> None:
        """Create a database of its own, and start PgBouncer and Redis."""
        connection = self.owner_connection()
        connection.cursor().execute(f'CREATE DATABASE "{self.database}"')
        connection.close()
        self._start_pool()
        self._start_redis("redis", self.redis_port)
        self._start_redis("cache", self.cache_port)

    def _start_pool(self) -> None:
        assert Path(POOLER).exists(), (
            "PgBouncer is missing: `make test` as root installs it, or install pgbouncer."
        )
        folder, source, options = self.folder / "pool", self.folder / "pool-source", {}
        folder.mkdir()
        shutil.copytree(ROOT / "deploy" / "pgbouncer", source)  # where its account can read it
        if os.geteuid() == 0:  # PgBouncer refuses to run as root
            account = pwd.getpwnam("nobody")
            options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(folder, account.pw_uid, account.pw_gid)
        env = {
            "PATH": os.environ["PATH"],
            "POOL_FOLDER": str(folder),
            "POOL_PROGRAM": POOLER,
            "POOL_DATABASE": self.database,
            "POOL_SERVER_HOST": parse_qs(self.owner.query).get("host", [self.owner.hostname])[0] or "",
            "POOL_SERVER_PORT": str(self.owner.port or 5432),
            "POOL_LISTEN_ADDRESS": "127.0.0.1",
            "POOL_LISTEN_PORT": str(self.pool_port),
            "POOL_USER": "ssc_app",
            "POOL_PASSWORD": self.values["SSC_APP_DB_PASSWORD"],
        }
        argv = ["/bin/sh", str(source / "start.sh")]
        pool = Service(
            name="PgBouncer",
            argv=argv,
            log=self.folder / "pool.log",
            stop_signal=signal.SIGTERM,
            options={"cwd": "/", "env": env, **options},
        )
        self._up(pool, self.pool_port)

    def _start_redis(self, name: str, port: int) -> None:
        """Start the queue or the cache, with the bound of the compose file's command."""
        bound = re.findall(r"--maxmemory(?:-policy)? \S+", str(self.compose["services"][name]["command"]))
        argv = [valkey_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        argv += ["--requirepass", self.values["SSC_REDIS_PASSWORD"], "--dir", str(self.folder)]
        argv += [word.strip("'\"]") for words in bound for word in words.split()]
        server = Service(name=name, argv=argv, log=self.folder / f"{name}.log", stop_signal=signal.SIGTERM)
        self._up(server, port)

    def _up(self, service: Service, port: int) -> None:
        self.services.append(service)
        service.start()
        service.await_sign_of_life(lambda: listens(port), within=20)

    # The portal

    def environment(self, name: str, **more: str) -> dict[str, str]:
        """Return the variables of a service, put together as Compose does, with this machine's addresses."""

        def put_in(match: re.Match[str]) -> str:
            given, kind, rest = self.values.get(match[1], ""), match[2], match[3]
            assert given or kind == "-", f"{match[1]} has no value"
            return given or rest

        env = {
            variable: VARIABLE.sub(put_in, str(value))
            for variable, value in self.compose["services"][name]["environment"].items()
        }
        env["DATABASE_URL"] = env["DATABASE_URL"].replace(
            "pgbouncer:6432/ssc", f"127.0.0.1:{self.pool_port}/{self.database}"
        )
        env["REDIS_URL"] = env["REDIS_URL"].replace("redis:6379", f"127.0.0.1:{self.redis_port}")
        env["SSC_CACHE_URL"] = env["SSC_CACHE_URL"].replace("cache:6379", f"127.0.0.1:{self.cache_port}")
        if "SSC_DATABASE_OWNER_URL" in env:
            env["SSC_DATABASE_OWNER_URL"] = self.owner._replace(path=f"/{self.database}").geturl()
        machine = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        image = {"SSC_STATIC_ROOT": str(self.folder / "static")}
        return {**machine, **image, **env, **more}

    def command(self, name: str) -> list[str]:
        """Return a service's command, with the one path that only exists in the image replaced."""
        words = [str(word) for word in self.compose["services"][name]["command"]]
        return [word.replace("/srv/beat", str(self.folder / "beat")) for word in words]

    def run(self, name: str, *argv: str) -> str:
        """Run a command to its end in a service's environment; return what it printed."""
        done = subprocess.run(
            argv or self.command(name),
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, **env: str) -> Service:
        """Start one of the lasting services."""
        (self.folder / "beat").mkdir(exist_ok=True)
        service = Service(
            name=name,
            argv=self.command(name),
            log=self.folder / f"{name}{len(self.services)}.log",
            stop_signal=signal.SIGTERM,
            options={"cwd": ROOT, "env": self.environment(name, **env)},
        )
        self.services.append(service)
        service.start()
        return service

    def start_web(self, **env: str) -> int:
        """Start one more web process and return its port once it answers."""
        port = free_port()
        web = self.start("web", SSC_WEB_BIND=f"127.0.0.1:{port}", **env)
        web.await_sign_of_life(lambda: listens(port), within=30)
        # The first answer loads what later answers find loaded.
        page = f"http://127.0.0.1:{port}/en/accessibility/"
        headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
        urllib.request.urlopen(urllib.request.Request(page, headers=headers), timeout=60).close()
        return port

    def stop(self) -> None:
        """Stop everything and remove the database and the files."""
        stop_all(self.services)
        connection = self.owner_connection()
        connection.cursor().execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)
