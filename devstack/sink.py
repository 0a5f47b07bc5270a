"""A mail server that writes each message into a file and delivers none. For the demo, for tests and for measuring.

    python -m devstack.sink --port 1025 --dir var/demo-mail

A file appears only when it is complete. File names sort by time of arrival.
"""

from __future__ import annotations

import argparse
import itertools
import os
import secrets
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25 * 1024 * 1024
_numbers = itertools.count()


def keep(folder: Path, content: bytes) -> Path:
    """Write one message into the folder, completely or not at all. Return its path. Raises OSError when it fails."""
    # The number sorts messages of the same instant. With the random end, two sinks never use the same name.
    name = f"{time.time_ns():020d}-{next(_numbers):06d}-{secrets.token_hex(4)}.eml"
    part = folder / f".{name}.part"
    with part.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    return part.rename(folder / name)


class KeepingHandler:
    """Accept every message and write it into the folder, with the envelope's addresses before the other headers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Write the message and return the answer: 250, or 451 (try again later) when it cannot be written."""
        content = envelope.original_content or b""
        to = ", ".join(envelope.rcpt_tos).encode("ascii", "replace")
        sender = (envelope.mail_from or "").encode("ascii", "replace")
        head = b"X-Envelope-From: " + sender + b"\r\nX-Envelope-To: " + to + b"\r\n"
        try:
            keep(self.folder, head + content)
        except OSError as error:
            print(f"The sink could not keep a message: {error}", file=sys.stderr, flush=True)
            return "451 The message could not be stored; try again later"
        return "250 Message accepted"


def controller(handler: object, port: int = 0, host: str = "127.0.0.1") -> Controller:
    """Return a server for the handler, for the caller to `start()` and `stop()`. Pass a port: 0 does not work."""
    return Controller(handler, hostname=host, port=port, data_size_limit=LARGEST, ident="SSC sink")


def main() -> int:
    """Run the sink until it is told to stop."""
    parser = argparse.ArgumentParser(description="A mail server that keeps every message as a file.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    chosen = parser.parse_args()
    server = controller(KeepingHandler(chosen.dir), chosen.port)
    try:
        server.start()
    except OSError as error:
        print(f"Port {chosen.port} cannot be used for the mail sink: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"The mail sink listens on 127.0.0.1:{chosen.port}.", file=sys.stderr, flush=True)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: sys.exit(0))
    try:
        signal.pause()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
