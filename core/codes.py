"""Codes that travel by mail and are typed into the window that stands open. Only their hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

# Letters that are not mistaken for one another when read from a mail.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 8
LASTS = timedelta(minutes=15)
TRIES = 5


def new_code() -> str:
    """A code of eight letters and figures."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def hashed(code: str) -> str:
    """What is kept of a code; spaces and small letters make no difference."""
    return hashlib.sha256("".join(code.split()).upper().encode()).hexdigest()


def fits(code: str, expected: str) -> bool:
    """Whether a typed code is the one whose hash was kept."""
    return hmac.compare_digest(hashed(code), expected)
