"""The demo's mail, readable in the browser: what the local mail server kept, newest first.

Everything in a message is text to this page: nothing of its HTML is drawn, nothing of it is loaded, and only http links
of its plain text can be followed.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups.access import public_page

NAME = r"[0-9]{20}-[0-9]{6}-[0-9a-f]{8}"
ON_A_PAGE = 50


class MessageName:
    """The name of a kept message, without its ending; nothing else gets near the file system."""

    regex = NAME

    def to_python(self, value: str) -> str:
        """The name as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The name as it is."""
        return value


@dataclass(frozen=True)
class Kept:
    """One message that arrived."""

    name: str
    arrived_at: datetime
    message: EmailMessage

    @property
    def to(self) -> str:
        """Who it was sent to."""
        return str(self.message["To"] or "")

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"] or _("(no subject)"))

    @property
    def sender(self) -> str:
        """Who it says it is from."""
        return str(self.message["From"] or "")

    def part(self, kind: str) -> str:
        """The text of the plain or HTML part, or ''."""
        found = self.message.get_body((kind,))
        if found is None:
            return ""
        content = found.get_content()
        return content if isinstance(content, str) else ""


def names(folder: Path | None) -> list[str]:
    """Names of the kept messages, newest first; the mail server's file names sort by arrival."""
    if folder is None or not folder.is_dir():
        return []
    return sorted((one.stem for one in folder.glob("*.eml") if re.fullmatch(NAME, one.stem)), reverse=True)


def read(name: str) -> Kept | None:
    """A kept message, or None when there is none of that name."""
    if settings.SINK_DIR is None:
        return None
    file = settings.SINK_DIR / f"{name}.eml"
    if not file.is_file():
        return None
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    arrived = datetime.fromtimestamp(int(name[:20]) / 1e9, tz=UTC)
    return Kept(name, arrived, message)


def linked(text: str) -> SafeString:
    """Plain text with its http addresses as links; everything else is escaped."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308 - urlize escapes


@public_page
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """All messages, newest first; `?to=` narrows to an address."""
    wanted = request.GET.get("to", "").strip().casefold()
    found = names(settings.SINK_DIR)
    if wanted:
        found = [one for one in found if (kept := read(one)) and wanted in kept.to.casefold()]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [kept for one in page if (kept := read(one))]
    return render(
        request, "demo/mail_list.html", {"page": page, "mails": rows, "to": request.GET.get("to", "")}
    )


@public_page
@require_safe
def mail_detail(request: HttpRequest, message: str) -> HttpResponse:
    """One message: its words, with links that can be followed, and its HTML as source."""
    kept = read(message)
    if kept is None:
        raise Http404
    headers = ("Message-ID", "Content-Language", "Auto-Submitted", "List-Unsubscribe")
    return render(
        request,
        "demo/mail_detail.html",
        {
            "mail": kept,
            "text": linked(kept.part("plain")),
            "html": kept.part("html"),
            "headers": [(name, kept.message[name]) for name in headers if kept.message[name]],
        },
    )
