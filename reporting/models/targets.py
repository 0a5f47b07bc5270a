"""A group's targets for the quadrennium and the progress of each year (guidelines 8.1.1)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import audit
from core.models import TenantModel
from groups.models import Quadrennium
from reporting import guards as rules
from reporting.models.reference import Component, KeyResult, Subcategory, TargetStatus
from reporting.states import TARGETS_EDITABLE, TargetSetState


@audit.tracked()
class TargetSet(TenantModel):
    """The targets of one group for one quadrennium, which the Chair's Office approves as a whole."""

    quadrennium = models.ForeignKey(Quadrennium, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=TargetSetState, default=TargetSetState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    word = models.TextField(_("word to the group"), blank=True)

    guards = rules.TARGET_SET

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "quadrennium"], name="target_set_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[TargetSetState.SUBMITTED, TargetSetState.AGREED])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="target_set_submitted_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TargetSetState.RETURNED, TargetSetState.AGREED])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="target_set_decided_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TargetSetState.RETURNED, TargetSetState.AGREED])
                | ~Q(decided_by=models.F("submitted_by")),
                name="target_set_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quadrennium} ({self.state})"

    @property
    def is_editable(self) -> bool:
        """Whether targets may be added and changed."""
        return self.state in TARGETS_EDITABLE


@audit.tracked()
class Target(TenantModel):
    """One target with its code (T-001 …), its part of the cycle, and how it is measured."""

    target_set = models.ForeignKey(TargetSet, on_delete=models.PROTECT, related_name="targets")
    number = models.PositiveSmallIntegerField()
    component = models.ForeignKey(Component, on_delete=models.PROTECT, verbose_name=_("part of the cycle"))
    subcategory = models.ForeignKey(Subcategory, on_delete=models.PROTECT, verbose_name=_("sub-category"))
    key_result = models.ForeignKey(
        KeyResult, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("Key Species Result")
    )
    text = models.TextField(_("target"))
    indicator = models.CharField(_("indicator"), max_length=250, blank=True)
    baseline = models.CharField(_("baseline"), max_length=250, blank=True)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    due_year = models.PositiveSmallIntegerField(_("due year"))
    # A dropped target stays in the list, with the reason why it was dropped.
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    guards = rules.TARGET

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["target_set", "number"], name="target_code_once"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0), name="target_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text[:60]}"

    def get_absolute_url(self) -> str:
        return reverse("reporting:target-detail", args=[self.group.slug, self.pk])

    @property
    def code(self) -> str:
        """The group's own code of the target, such as T-007."""
        return f"T-{self.number:03}"


@audit.tracked()
class Progress(TenantModel):
    """The progress on one target in one year."""

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="progress")
    year = models.PositiveSmallIntegerField(_("year"))
    status = models.ForeignKey(TargetStatus, on_delete=models.PROTECT, verbose_name=_("status"))
    # The total reached by the end of the year, counted like the target's quantity.
    quantity = models.DecimalField(
        _("reached so far"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    text = models.TextField(_("what was done"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    guards = rules.PROGRESS

    class Meta:
        ordering = ["year"]
        verbose_name_plural = "progress"
        constraints = [
            models.UniqueConstraint(fields=["target", "year"], name="progress_once"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0), name="progress_quantity"
            ),
        ]
        indexes = [models.Index(fields=["group", "year"], name="progress_by_group")]

    def __str__(self) -> str:
        return f"{self.target} {self.year}"
