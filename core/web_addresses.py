"""Addresses of websites that people enter and the portal links to: only public sites, shown as what they are."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

# The last part of a public host name: letters, or a name in another script in its ASCII form.
TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
# Names that are reserved for other uses (RFC 6761, RFC 6762, RFC 8375) or usual in private networks.
NOT_PUBLIC = frozenset(
    {
        "localhost",
        "local",
        "internal",
        "intranet",
        "private",
        "lan",
        "home",
        "corp",
        "arpa",
        "test",
        "invalid",
    }
)


def public_address(address: str) -> str:
    """Return the address with its host in ASCII, so that a name that looks like another one is recognised.

    Raises ValidationError with what to enter instead: the portal links to http and https, without a user name, on
    hosts that look public. House rule.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        raise ValidationError(_("Enter an address that begins with https:// or http://"), code="scheme")
    if "@" in parts.netloc:
        raise ValidationError(_("Enter the address without a user name and without “@”."), code="user")
    try:
        host = punycode((parts.hostname or "").rstrip("."))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        host = port = ""
    if not _is_public(host):
        raise ValidationError(
            _("Enter the address of a public website, such as https://www.example.org"), code="host"
        )
    return parts._replace(netloc=f"{host}{port}").geturl()


def link_to(address: str) -> str:
    """Return the address that the portal links to, or "" for an address that was stored before this rule."""
    try:
        return public_address(address)
    except ValidationError:
        return ""


def _is_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        first, _dot, top = host.rpartition(".")
        return bool(first) and TOP_LEVEL.fullmatch(top) is not None and top not in NOT_PUBLIC
    return False


class WebAddressField(forms.URLField):
    """The address of a public website. An address without a scheme gets https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "assume_scheme": "https"})

    def clean(self, value: Any) -> str:
        """Return the address with its host in ASCII, or "". Raises ValidationError (see `public_address`)."""
        address: str = super().clean(value)
        return public_address(address) if address else address
