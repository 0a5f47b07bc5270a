"""Django's SMTP backend, which remembers whether the connection broke after it began to send a message's text.

Before the server has all of the text, it has accepted nothing, and a retry repeats nothing. Between the end of the
text and the server's answer, the portal cannot know whether the server accepted the message. Only in this case SMTP
may deliver twice.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Watched:
    """Mixin for smtplib's clients: `in_doubt` is true from DATA until the server has answered the text."""

    in_doubt = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the text. Any answer sets `in_doubt` to false; after a broken connection it stays true."""
        self.in_doubt = True
        try:
            answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc] # the client that this is mixed into has it
        except smtplib.SMTPDataError:
            self.in_doubt = False
            raise
        self.in_doubt = False
        return answer


class WatchedSMTP(_Watched, smtplib.SMTP):
    """SMTP, plain or with STARTTLS."""


class WatchedSMTPoverTLS(_Watched, smtplib.SMTP_SSL):
    """SMTP over TLS."""


class WatchedBackend(EmailBackend):
    """The backend of the portal's settings."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The client class: with TLS from the first byte when the settings say so."""
        return WatchedSMTPoverTLS if self.use_ssl else WatchedSMTP

    @property
    def in_doubt(self) -> bool:
        """Whether the server may have accepted the last message although it sent no answer."""
        return bool(getattr(self.connection, "in_doubt", False))
