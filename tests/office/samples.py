"""Sample objects for the test of the access table."""

from core import clock
from core.mail import outbox
from core.models import MailState, OutgoingMail


def mail_in_trouble() -> OutgoingMail:
    """A mail that a server refused, with words that repeat the address."""
    key = outbox.once_only("samples")
    return OutgoingMail.objects.create(
        key=key,
        message_id=f"<{key}@ssc.example>",
        purpose="members.invitation",
        to="secret.person@example.org",
        subject="A secret subject",
        text="A secret text",
        state=MailState.FAILED,
        reason="550 <secret.person@example.org>: no such person here",
        attempts=3,
        queued_at=clock.now(),
        not_before=clock.now(),
    )


SAMPLES = {
    "office:mail-retry": lambda group, cast: {"mail": mail_in_trouble().pk},
    "office:mail-retry-all": lambda group, cast: mail_in_trouble() and {},
}
