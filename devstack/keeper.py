"""Child processes that end with their parent, however it ends, and are started again when they die."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
QUICK_DEATH = 2.0  # seconds; a process that lived longer is started again at once
LONGEST_PAUSE = 2.0  # seconds between two starts of a process that keeps dying
DEATHS_ALLOWED = 8  # in a row, before the first sign of life
STOP_WITHIN = 20.0  # seconds until a process that was asked to stop is killed


class StackError(SystemExit):
    """Something cannot run here. The message is one sentence for the person at the terminal."""


def dies_with_parent(signum: int) -> Callable[[], None] | None:
    """Return a `preexec_fn`: the kernel sends `signum` to the child when the thread that started it ends.

    That holds for kill -9 too. Returns None outside Linux, where no such signal exists.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_for_signal


def spawn(argv: list[str], *, signum: int, **options: Any) -> subprocess.Popen[bytes]:
    """Start a child that gets `signum` when the calling thread ends. Raises OSError when it cannot be started."""
    return subprocess.Popen(
        argv,
        # What runs between fork and exec is two system calls, so other threads' locks do not matter.
        preexec_fn=dies_with_parent(signum),  # noqa: PLW1509 - see the line above
        **options,
    )


def follow_parent(signum: int) -> None:
    """Ask for `signum` when the process that started this one ends. Does nothing outside Linux."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


def _pauses() -> Iterator[float]:
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


@dataclass
class Service:
    """One long-running process and the thread that keeps it alive: starts it, waits for it, starts it again."""

    name: str
    argv: list[str]
    log: Path
    stop_signal: int
    options: dict[str, Any] = field(default_factory=dict)
    on_death: Callable[[Service, int], None] | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Start the keeper thread; the process comes up a moment later."""
        # The death signal follows the thread, so one thread starts the process each time and outlives it.
        self._thread = threading.Thread(target=self._keep, name=f"keeps-{self.name}", daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        pauses = _pauses()
        while True:
            with self._guard:
                if self._ending.is_set():
                    return
                with self.log.open("ab") as log:
                    self.process = spawn(
                        self.argv,
                        signum=self.stop_signal,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        **self.options,
                    )
            began = time.monotonic()
            status = self.process.wait()
            if self._ending.is_set():
                return
            self.deaths += 1
            if self.on_death:
                self.on_death(self, status)
            if time.monotonic() - began > QUICK_DEATH:
                pauses = _pauses()
            self._ending.wait(next(pauses))

    def stop(self) -> None:
        """Ask the process to stop and keep it from being started again; `wait` waits for its end."""
        self._ending.set()
        with self._guard:
            if self.process and self.process.poll() is None:
                self.process.send_signal(self.stop_signal)

    def wait(self) -> None:
        """Wait until the process has gone; kill it when it does not go by itself."""
        if self.process:
            try:
                self.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._thread:
            self._thread.join()

    def await_sign_of_life(self, alive: Callable[[], bool], within: float) -> None:
        """Return as soon as `alive()` is true. Raises StackError when the process keeps dying or time is up."""
        end = time.monotonic() + within
        while not alive():
            if self.deaths >= DEATHS_ALLOWED or time.monotonic() > end:
                raise StackError(f"{self.name} did not start. The end of {self.log} says:{self.last_lines()}")
            time.sleep(0.02)

    def last_lines(self, count: int = 5) -> str:
        """Return the end of the log, to stand below a sentence."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "".join(f"\n    {line[:300]}" for line in text.strip().splitlines()[-count:])


def stop_all(services: list[Service]) -> None:
    """Stop the services, the one started last first, and empty the list."""
    for service in reversed(services):
        service.stop()
    for service in reversed(services):
        service.wait()
    services.clear()
