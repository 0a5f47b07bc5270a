"""Models that every app uses: the base of rows that belong to a group, the audit trail, the outbox."""

from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from core.guards import Guard, refuse
from core.mail.models import LiveDatabase, MailClass, MailState, OutgoingMail

__all__ = [
    "AuditEntry",
    "FormPost",
    "Heartbeat",
    "KeptReason",
    "KeptText",
    "LiveDatabase",
    "MailClass",
    "MailState",
    "OutgoingMail",
    "TenantModel",
    "scoped",
]


AnyManager = TypeVar("AnyManager", bound=models.Manager)


def scoped(manager: type[AnyManager]) -> AnyManager:
    """Return the manager of a tenant model. Its queries raise ScopeError outside a scope (django-scopes)."""
    return ScopedManager(_manager_class=manager, group="group")


class TenantModel(models.Model):
    """A row that belongs to one group. Its table gets row level security after `migrate` (core.tenancy)."""

    group = models.ForeignKey("groups.Group", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[Self]] = scoped(models.Manager)

    class Meta:
        abstract = True


class AuditEntry(models.Model):
    """One act of the domain: who did what, in which role, when and through which channel. Rows are only added."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    group = models.ForeignKey(
        "groups.Group", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    detail = models.JSONField(default=dict)
    # The server's time and the database role of the connection. A trigger writes them and ignores other values.
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_as = models.CharField(max_length=63, db_default="", editable=False)

    objects = scoped(models.Manager)
    # The portal's clock may be ahead of the server's in a rehearsal (SSC_CLOCK_SHIFT), and never behind it.
    guards = (
        Guard(
            "core_auditentry_when",
            ("INSERT",),
            "NEW.recorded_at := clock_timestamp();\nNEW.recorded_as := session_user;\n"
            + refuse(
                "audit_entry_in_time",
                "An act is recorded when it happens.",
                when="NEW.at < NEW.recorded_at - interval '10 minutes'",
                owner_may=True,
            ),
        ),
    )

    class Meta:
        indexes = [
            models.Index(fields=["group", "-at"], name="audit_by_group"),
            models.Index(fields=["about_type", "about_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class FormPost(models.Model):
    """A form that a person opened, by its key: where its last post redirected to, and what that post said.

    Posts and automatic saves of one form lock this row, so that they happen one after the other (core.once,
    core.kept).
    """

    key = models.UUIDField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=500, blank=True)
    # A hash of the post that led to `location`.
    content = models.CharField(max_length=64, blank=True, default="", db_default="")
    # The highest number of the form's automatic saves. A save with this number or a lower one comes late.
    sequence = models.PositiveIntegerField(default=0, db_default=0)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.path} {self.key}"


class Heartbeat(models.Model):
    """When a scheduled task last ran: beat sent the task, and a worker did it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class KeptReason(models.TextChoices):
    """Why the portal keeps a text that a person typed."""

    DRAFT = "draft", _("Not sent yet")
    SIGNED_OUT = "signed-out", _("You were signed out")
    NOT_CHECKED = "not-checked", _("The form could not be checked")
    SECOND_STEP = "second-step", _("A second step at sign-in was missing")
    PROOF = "proof", _("You had to confirm that it is you")
    REFUSED = "refused", _("The portal could not do this")
    CLOSED = "closed", _("The page was not open to you")


class KeptText(models.Model):
    """What a person typed into a form that has not been carried out: a draft, or a post that was refused."""

    # The same key as in FormPost. No foreign key: a post's key is forgotten after a week.
    form = models.UUIDField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The address that the form posts to, without the language.
    place = models.CharField(max_length=300)
    # All answers of the form, as a browser posts them.
    fields = models.TextField()
    reason = models.CharField(max_length=20, choices=KeptReason)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["person", "place", "-at"], name="kept_by_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.form}"
