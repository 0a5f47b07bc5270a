"""Pages that show the demo's mail in the browser: the messages of the local mail server, newest first.

The pages show a message as text only. They do not render its HTML and load nothing from it. Only the http links of its
plain text are links on the page.
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
    """The path converter for the name of a message file, without its ending. No other text is used as a file name."""

    regex = NAME

    def to_python(self, value: str) -> str:
        """Return the name unchanged."""
        return value

    def to_url(self, value: str) -> str:
        """Return the name unchanged."""
        return value


@dataclass(frozen=True)
class Kept:
    """One message that the local mail server received."""

    name: str
    arrived_at: datetime
    message: EmailMessage

    @property
    def to(self) -> str:
        """The recipient's address."""
        return str(self.message["To"] or "")

    @property
    def subject(self) -> str:
        """The subject, or a text that says there is none."""
        return str(self.message["Subject"] or _("(no subject)"))

    @property
    def sender(self) -> str:
        """The sender that the message names."""
        return str(self.message["From"] or "")

    def part(self, kind: str) -> str:
        """Return the text of the plain or HTML part, or '' when there is none."""
        found = self.message.get_body((kind,))
        if found is None:
            return ""
        content = found.get_content()
        return content if isinstance(content, str) else ""


def names(folder: Path | None) -> list[str]:
    """Return the names of the messages, newest first. The file names sort by time of arrival."""
    if folder is None or not folder.is_dir():
        return []
    return sorted((one.stem for one in folder.glob("*.eml") if re.fullmatch(NAME, one.stem)), reverse=True)


def read(name: str) -> Kept | None:
    """Return the message with this name, or None when there is none."""
    if settings.SINK_DIR is None:
        return None
    file = settings.SINK_DIR / f"{name}.eml"
    if not file.is_file():
        return None
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    arrived = datetime.fromtimestamp(int(name[:20]) / 1e9, tz=UTC)
    return Kept(name, arrived, message)


def linked(text: str) -> SafeString:
    """Return plain text as HTML: http addresses become links, and everything else is escaped."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308 - urlize escapes


@public_page
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Show all messages, newest first. `?to=` shows only the messages to an address."""
    wanted = request.GET.get("to", "").strip().casefold()
    found = names(settings.SINK_DIR)
    if wanted:
        found = [name for name in found if (mail := read(name)) and wanted in mail.to.casefold()]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [mail for name in page if (mail := read(name))]
    return render(
        request, "demo/mail_list.html", {"page": page, "mails": rows, "to": request.GET.get("to", "")}
    )


@public_page
@require_safe
def mail_detail(request: HttpRequest, message: str) -> HttpResponse:
    """Show one message: its plain text with links, and the source of its HTML. Raises Http404 for an unknown name."""
    mail = read(message)
    if mail is None:
        raise Http404
    headers = ("Message-ID", "Content-Language", "Auto-Submitted", "List-Unsubscribe")
    return render(
        request,
        "demo/mail_detail.html",
        {
            "mail": mail,
            "text": linked(mail.part("plain")),
            "html": mail.part("html"),
            "headers": [(name, mail.message[name]) for name in headers if mail.message[name]],
        },
    )
