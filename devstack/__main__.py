"""Start the embedded services and run a command with their addresses in its environment.

python -m devstack COMMAND ...
"""

from __future__ import annotations

import signal
import sys
import time

from devstack.keeper import spawn
from devstack.services import Stack


def main() -> int:
    """Start the services, run the command from the command line, and return its exit status."""
    if len(sys.argv) < 2:
        print("Use: python -m devstack COMMAND ...", file=sys.stderr)
        return 2
    # After a termination signal during the start, the services that have started must still be stopped.
    signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(128 + signum))
    began = time.monotonic()
    with Stack() as stack:
        if stack.services:
            names = " and ".join(service.name for service in stack.services)
            print(f"{names}: ready in {time.monotonic() - began:.1f} s.", file=sys.stderr, flush=True)
        child = spawn(sys.argv[1:], signum=signal.SIGTERM)

        def pass_on(signum: int, frame: object) -> None:
            # The terminal sends Ctrl-C to the child too. A second signal would make gunicorn and Celery stop at once.
            if signum != signal.SIGINT or not sys.stdin.isatty():
                child.send_signal(signum)

        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, pass_on)
        status = child.wait()
        return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
