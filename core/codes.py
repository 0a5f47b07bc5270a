"""Codes that the portal mails to a person, who types them into the open page. Only the hash of a code is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

# Letters that people do not confuse with each other when they read them in a mail.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 8
LASTS = timedelta(minutes=15)
TRIES = 5


def new_code() -> str:
    """Return a random code of eight letters and figures."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def hashed(code: str) -> str:
    """Return the hash of a code. Spaces and small letters make no difference."""
    return hashlib.sha256("".join(code.split()).upper().encode()).hexdigest()


def fits(code: str, expected: str) -> bool:
    """Return whether a typed code has this hash."""
    return hmac.compare_digest(hashed(code), expected)
