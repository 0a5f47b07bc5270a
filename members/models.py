"""Membership, and the handshake that leads to it: one record with two signatures."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.languages import in_language
from core.models import TenantModel, scoped
from groups.models import Dated, Ending, Quadrennium
from groups.querysets import DatedQuerySet
from members import guards as rules
from members.states import OPEN, HandshakeOrigin, HandshakeState


class Conditions(models.Model):
    """One version of the membership conditions. The version a person accepted is kept for ever (guidelines 7)."""

    version = models.CharField(max_length=20, unique=True)
    valid_from = models.DateField()
    text_en = models.TextField()
    text_fr = models.TextField()
    text_es = models.TextField()

    guards = rules.CONDITIONS

    class Meta:
        ordering = ["valid_from"]
        verbose_name_plural = "conditions"

    def __str__(self) -> str:
        return self.version

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return in_language(self, "text")

    @classmethod
    def in_force(cls) -> Conditions:
        """The version in force today.

        Raises Conditions.DoesNotExist when no version is in force yet.
        """
        return cls.objects.filter(valid_from__lte=clock.today()).latest("valid_from")


DatedManager = models.Manager.from_queryset(DatedQuerySet)


@audit.tracked(exclude=["number"])
class Membership(Dated, TenantModel):
    """One person in one group for one quadrennium, from the day both had signed.

    At most one counts on any day: the database numbers a person's memberships of a group when they are added,
    and refuses one that shares a day with an earlier one (docs/decisions/0017-one-membership-at-a-time.md).
    """

    quadrennium = models.ForeignKey(Quadrennium, on_delete=models.PROTECT)
    conditions = models.ForeignKey(Conditions, on_delete=models.PROTECT)
    handshake = models.OneToOneField("Handshake", null=True, blank=True, on_delete=models.PROTECT)
    # First, second, … membership of the person in the group. A trigger writes this and ignores other values.
    number = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[DatedManager[Membership]] = scoped(DatedManager)
    guards = rules.MEMBERSHIP

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "person", "number"], name="membership_one_by_one"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="membership_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "quadrennium"], name="membership_by_group"),
            models.Index(fields=["person", "starts_on"], name="membership_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.quadrennium}"


@audit.tracked()
class MembershipEnding(Ending, TenantModel):
    """The early end of a membership, before its quadrennium ends."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="ending")

    guards = rules.MEMBERSHIP_ENDING

    def __str__(self) -> str:
        return f"{self.membership} until {self.from_day}"


@audit.tracked(exclude=["token_hash"])
class Handshake(TenantModel):
    """Invitation or request: the leader's signature, the person's signature, and the conditions accepted.

    Either side may start. A membership begins when both have signed (guidelines 7 and 8.1.1).
    """

    quadrennium = models.ForeignKey(Quadrennium, on_delete=models.PROTECT)
    origin = models.CharField(max_length=10, choices=HandshakeOrigin)
    state = models.CharField(max_length=12, choices=HandshakeState)
    # The address that was invited, in lower case; for requests the person's confirmed address.
    email = models.EmailField()
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    language = models.CharField(max_length=2, default="en")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message = models.TextField(_("personal message"), blank=True)
    # Only a hash of the link's secret is kept. The link works once, until it expires or the handshake is closed.
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # When a mail server refused the invited address, and what it said. Empty again once a mail is accepted.
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(max_length=300, blank=True, db_default="")
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    leader_signed_at = models.DateTimeField(null=True, blank=True)
    leader_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Set when an administrator of the Chair's Office signed in the leader's place (guidelines 8.1.1).
    signed_in_leaders_place = models.BooleanField(default=False)
    person_signed_at = models.DateTimeField(null=True, blank=True)
    conditions = models.ForeignKey(Conditions, null=True, blank=True, on_delete=models.PROTECT)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_word = models.TextField(_("a word to the person"), blank=True)

    guards = rules.HANDSHAKE

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("group"),
                F("quadrennium"),
                Lower("email"),
                condition=Q(state__in=OPEN),
                name="handshake_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandshakeState.INVITED)
                | Q(leader_signed_at__isnull=False, leader_signed_by__isnull=False),
                name="handshake_invited_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandshakeState.REQUESTED)
                | Q(person__isnull=False, person_signed_at__isnull=False, conditions__isnull=False),
                name="handshake_requested_is_signed",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="handshake_token_once"
            ),
            # Membership needs both signatures and the accepted conditions.
            models.CheckConstraint(
                condition=~Q(state=HandshakeState.ACCEPTED)
                | Q(
                    leader_signed_at__isnull=False,
                    leader_signed_by__isnull=False,
                    person_signed_at__isnull=False,
                    person__isnull=False,
                    conditions__isnull=False,
                ),
                name="handshake_accepted_has_two_signatures",
            ),
            models.CheckConstraint(
                condition=Q(leader_signed_by__isnull=True)
                | Q(person__isnull=True)
                | ~Q(leader_signed_by=F("person")),
                name="handshake_two_people",
            ),
        ]
        indexes = [models.Index(fields=["group", "state"], name="handshake_by_state")]

    def __str__(self) -> str:
        return f"{self.email} ({self.state})"

    @property
    def name(self) -> str:
        """The name as it was given, or the address."""
        return f"{self.given_name} {self.family_name}".strip() or self.email
