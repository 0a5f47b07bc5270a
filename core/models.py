"""Models that every app uses: the base of rows that belong to a group, the audit trail, the outbox."""

from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django_scopes import ScopedManager

from core.guards import Guard, refuse
from core.mail.models import LiveDatabase, MailClass, MailState, OutgoingMail

__all__ = [
    "AuditEntry",
    "FormPost",
    "Heartbeat",
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
    """One post of a form by its key, with the address that the post redirected to (core.once)."""

    key = models.UUIDField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.path} {self.key}"


class Heartbeat(models.Model):
    """When a scheduled task last ran: beat sent the task, and a worker did it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
