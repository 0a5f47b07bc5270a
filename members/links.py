"""The secret of an invitation's link: made here, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import scope
from members.models import Handshake


def new_secret() -> str:
    """A secret nobody can guess, fit for an address."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(secret: str) -> Handshake | None:
    """The handshake that the secret's link stands for. Whether it may still be used is asked elsewhere."""
    with scope.read_everywhere("link-lookup"):
        return (
            Handshake.objects.filter(token_hash=hashed(secret))
            .select_related("group", "group__category", "quadrennium", "leader_signed_by")
            .first()
        )


def absolute(language: str, url_name: str, *args: object) -> str:
    """The full address of a page for a mail: the configured host, the reader's language."""
    with translation.override(language):
        return settings.BASE_URL + reverse(url_name, args=args)
