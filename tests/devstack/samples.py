"""Sample objects for the test of the access table."""

import secrets
import time
from pathlib import Path

from django.conf import settings

from devstack.sink import keep


def keep_message(content: bytes, folder: Path | None = None) -> str:
    """Put a message where the demo's mail server keeps them; return its name."""
    box = folder or settings.SINK_DIR
    assert box is not None
    box.mkdir(parents=True, exist_ok=True)
    return keep(box, content).stem


def some_message() -> str:
    words = f"To: {secrets.token_hex(4)}@example.org\r\nSubject: Hello\r\n\r\nSent at {time.time_ns()}\r\n"
    return keep_message(words.encode())


SAMPLES = {"demo:mail-detail": lambda group, cast: {"message": some_message()}}
