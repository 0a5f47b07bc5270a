"""The fixture `smtp_sink`: a real SMTP server that fails, when a test asks, in the ways that mail servers fail."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from devstack.processes import free_port
from devstack.sink import controller


@dataclass
class Behaviour:
    """How the server answers: what it does until told otherwise is to accept everything at once."""

    answer: str = "250 Message accepted"
    seconds: float = 0.0
    accepts: int | None = None  # how many messages before it dies; None: it lives
    loses_answer: bool = False  # the message at which it dies is kept, only the answer never comes
    refused: dict[str, str] = field(default_factory=dict)


class SmtpSink:
    """What has arrived, and how the server behaves from now on."""

    def __init__(self) -> None:
        self.port = free_port()
        self.raw: list[tuple[list[str], bytes]] = []
        self.connections = 0
        self.behaviour = Behaviour()
        self._controller: Controller | None = None

    # What arrived

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages that were accepted, parsed, in order of arrival."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.raw]

    @property
    def recipients(self) -> list[str]:
        """The envelope's recipients of all accepted messages, in order of arrival."""
        return [address for addresses, _ in self.raw for address in addresses]

    # How it behaves

    def accept(self) -> None:
        """Accept everything at once, as at the beginning; come back if stopped."""
        self.behaviour = Behaviour()
        self.start()

    def refuse_connections(self) -> None:
        """Let nobody connect: the server is down."""
        self.stop()

    def put_off(self, answer: str = "451 Try again later") -> None:
        """Answer every message with a temporary refusal."""
        self.behaviour = Behaviour(answer=answer)

    def refuse(self, answer: str = "550 No such person here") -> None:
        """Answer every message with a final refusal."""
        self.behaviour = Behaviour(answer=answer)

    def refuse_recipient(self, address: str, answer: str = "550 No such person here") -> None:
        """Refuse one address at RCPT and go on accepting the others."""
        self.behaviour.refused[address.lower()] = answer

    def be_slow(self, seconds: float) -> None:
        """Take this long before each answer to a message."""
        self.behaviour = Behaviour(seconds=seconds)

    def die_after(self, accepted: int, *, loses_answer: bool = False) -> None:
        """Accept so many more messages, then cut the line at the next and answer nobody.

        With `loses_answer` that next message is kept all the same: the sender cannot know.
        """
        self.behaviour = Behaviour(accepts=accepted, loses_answer=loses_answer)

    # aiosmtpd's hooks

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a connection."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Take a recipient, or refuse the ones named."""
        if answer := self.behaviour.refused.get(address.lower()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 Recipient accepted"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer a whole message as told."""
        told = self.behaviour
        if told.seconds:
            await asyncio.sleep(told.seconds)
        if told.accepts == 0:
            if told.loses_answer:
                self._keep(envelope)
            server.transport.abort()
            return "421 Closing"
        if told.answer.startswith("2"):
            self._keep(envelope)
            if told.accepts is not None:
                told.accepts -= 1
        return told.answer

    def _keep(self, envelope: Envelope) -> None:
        self.raw.append((list(envelope.rcpt_tos), envelope.original_content or b""))

    # Coming and going

    def start(self) -> None:
        """Listen, on the same port each time."""
        if self._controller is None:
            self._controller = controller(self, self.port)
            self._controller.start()

    def stop(self) -> None:
        """Stop listening; harmless when stopped already."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def smtp_sink(settings: Any) -> Iterator[SmtpSink]:
    """A running SMTP server that the portal's mail goes to during the test."""
    sink = SmtpSink()
    sink.start()
    settings.EMAIL_BACKEND = "core.mail.backend.WatchedBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield sink
    sink.stop()
