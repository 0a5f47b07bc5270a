"""Child processes that end when their parent ends for any reason. A child that dies is started again."""

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
LONGEST_PAUSE = 2.0  # seconds between two starts of a process that dies again and again
DEATHS_ALLOWED = 8  # in a row, before the process works for the first time
STOP_WITHIN = 20.0  # seconds until a process that was asked to stop is killed


class StackError(SystemExit):
    """A part cannot run on this machine. The message is one sentence for the person at the terminal."""


def dies_with_parent(signum: int) -> Callable[[], None] | None:
    """Return a `preexec_fn`: the kernel sends `signum` to the child when the thread that started it ends.

    This also works after kill -9. Returns None on other systems than Linux, which have no such signal.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # the parent died before this call
            os._exit(1)

    return ask_for_signal


def spawn(argv: list[str], *, signum: int, **options: Any) -> subprocess.Popen[bytes]:
    """Start a child that gets `signum` when the calling thread ends. Raises OSError when it cannot start."""
    return subprocess.Popen(
        argv,
        # Only two system calls run between fork and exec, so locks of other threads do not matter.
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
    """One long-running process, and the thread that starts it, waits for it and starts it again."""

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
        """Start the keeper thread. The thread starts the process a moment later."""
        # The kernel sends the signal when the thread ends, so the same thread starts the process each time.
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
        """Ask the process to stop, and do not start it again. Call `wait` to wait for its end."""
        self._ending.set()
        with self._guard:
            if self.process and self.process.poll() is None:
                self.process.send_signal(self.stop_signal)

    def wait(self) -> None:
        """Wait until the process has ended. Kill it when it does not end within STOP_WITHIN."""
        if self.process:
            try:
                self.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._thread:
            self._thread.join()

    def await_sign_of_life(self, alive: Callable[[], bool], within: float) -> None:
        """Wait until `alive()` is true. Raises StackError after too many deaths, or after `within` seconds."""
        end = time.monotonic() + within
        while not alive():
            if self.deaths >= DEATHS_ALLOWED or time.monotonic() > end:
                raise StackError(f"{self.name} did not start. The end of {self.log} says:{self.last_lines()}")
            time.sleep(0.02)

    def last_lines(self, count: int = 5) -> str:
        """Return the last lines of the log, to print below a sentence."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "".join(f"\n    {line[:300]}" for line in text.strip().splitlines()[-count:])


def stop_all(services: list[Service]) -> None:
    """Stop the services, beginning with the one that was started last, and empty the list."""
    for service in reversed(services):
        service.stop()
    for service in reversed(services):
        service.wait()
    services.clear()
