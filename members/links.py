"""The secret of an invitation's link: made here, kept only as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import scope
from members.models import Handshake

# The letters of `new_secret`. Signs after them come from the text around the link, such as ">" or "=".
SECRET = re.compile(r"[A-Za-z0-9_-]*")


def new_secret() -> str:
    """A new random secret that can be part of an address."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """The hash of a secret. Only the hash is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(secret: str) -> Handshake | None:
    """The handshake with this secret in its link. Signs that a mail program added after the secret are ignored.

    The actions check whether the link may still be used.
    """
    return _find(token_hash=hashed(SECRET.match(secret)[0]))  # type: ignore[index] # matches any text


def find_opened(pk: int, link: str) -> Handshake | None:
    """The handshake, if `link` is the hash of the secret in the last link that was sent for it."""
    return _find(pk=pk, token_hash=link) if link else None


def _find(**fields: Any) -> Handshake | None:
    with scope.read_everywhere("link-lookup"):
        return (
            Handshake.objects.filter(**fields)
            .select_related("group", "group__category", "quadrennium", "leader_signed_by")
            .first()
        )


def absolute(language: str, url_name: str, *args: object) -> str:
    """The full address of a page for a mail, with the configured host and the reader's language."""
    with translation.override(language):
        return settings.BASE_URL + reverse(url_name, args=args)
