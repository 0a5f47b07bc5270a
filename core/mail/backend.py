"""Django's SMTP backend that remembers whether the text of a message was on its way when the line broke.

Up to the end of the text nothing was accepted and a retry repeats nothing. From there to the server's
answer nobody can know: that is the one window in which SMTP may deliver twice.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Watched:
    """Mixed into smtplib's clients: `in_doubt` is true from DATA until the server has answered the text."""

    in_doubt = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the text. An answer of any kind ends the doubt; a broken line leaves it standing."""
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
        """The client with or without TLS from the first byte."""
        return WatchedSMTPoverTLS if self.use_ssl else WatchedSMTP

    @property
    def in_doubt(self) -> bool:
        """Whether the last message may have been accepted although no answer came."""
        return bool(getattr(self.connection, "in_doubt", False))
