"""Runs a command with the embedded services up and their addresses in its environment.

python -m devstack COMMAND ...
"""

from __future__ import annotations

import signal
import sys
import time

from devstack.keeper import spawn
from devstack.services import Stack


def main() -> int:
    """Run the command given on the command line with the services up; return its exit status."""
    if len(sys.argv) < 2:
        print("Use: python -m devstack COMMAND ...", file=sys.stderr)
        return 2
    # A termination signal during the start must still stop what is half up.
    signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(128 + signum))
    began = time.monotonic()
    with Stack() as stack:
        if stack.services:
            names = " and ".join(service.name for service in stack.services)
            print(f"{names}: ready in {time.monotonic() - began:.1f} s.", file=sys.stderr, flush=True)
        child = spawn(sys.argv[1:], signum=signal.SIGTERM)

        def pass_on(signum: int, frame: object) -> None:
            # The terminal sends Ctrl-C to the child as well; twice would mean "at once" to gunicorn and Celery.
            if signum != signal.SIGINT or not sys.stdin.isatty():
                child.send_signal(signum)

        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, pass_on)
        status = child.wait()
        return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
