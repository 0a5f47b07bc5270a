"""The outbox: one row for each mail, written in the transaction of the change that causes the mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.guards import Guard, refuse


class MailState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNSURE = "unsure", _("Perhaps sent")
    DROPPED = "dropped", _("No longer needed")


class MailClass(models.TextChoices):
    ESSENTIAL = "essential", _("Essential")
    OPTIONAL = "optional", _("Optional")


class OutgoingMail(models.Model):
    """One mail to one recipient. `key` names person, purpose and period, so the same mail is never queued twice."""

    key = models.CharField(max_length=200, unique=True)
    message_id = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(max_length=60)
    mail_class = models.CharField(max_length=10, choices=MailClass, default=MailClass.ESSENTIAL)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    to = models.EmailField()
    language = models.CharField(max_length=2, default="en")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Tries whose result is unknown: the worker died, or the connection broke after the text was sent.
    unfinished = models.PositiveSmallIntegerField(default=0, db_default=0)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # The mail server said that the address does not work. Another try would fail too.
    address_refused = models.BooleanField(default=False, db_default=False)
    # Where an answer goes, when it is not the sender's address.
    reply_to = models.EmailField(blank=True, db_default="")
    # The text contains a secret link or code. It is deleted when the mail server has accepted the message.
    holds_secret = models.BooleanField(default=False, db_default=False)
    # "app.name:argument" of a check that runs again before the mail is sent; see core.mail.eligibility
    still_due = models.CharField(max_length=120, blank=True)

    guards = (
        Guard(
            "core_outgoingmail_sent_once",
            ("UPDATE",),
            refuse(
                "mail_sent_once",
                "A mail that was sent is not sent again.",
                when="OLD.state = 'sent' AND NEW.state <> 'sent'",
            ),
        ),
    )

    class Meta:
        app_label = "core"
        indexes = [
            models.Index(
                fields=["not_before"], name="mail_waiting", condition=models.Q(state=MailState.QUEUED)
            ),
            models.Index(fields=["state", "claimed_at"], name="mail_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=MailState.SENT) | models.Q(sent_at__isnull=False),
                name="mail_sent_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.to} ({self.state})"


class LiveDatabase(models.Model):
    """A database that sends mail. A copy has another identity than the database from which it was made."""

    identity = models.CharField(max_length=100, primary_key=True)
    live_since = models.DateTimeField()

    class Meta:
        app_label = "core"

    def __str__(self) -> str:
        return self.identity
