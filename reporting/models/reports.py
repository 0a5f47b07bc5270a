"""The annual report: its sections, the versions that were sent, and the decisions about them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from core import audit, clock
from core.models import TenantModel, scoped
from groups.models import Ending
from members.models import Membership
from reporting import guards as rules
from reporting.models.reference import ReportingYear, ReportTemplate
from reporting.states import EDITABLE, CommentState, Outcome, ReportState


def deadline(year_due: date, state: str, extended_to: date | None, answer_by: date | None) -> date:
    """The day by which the group sends its report: the year's, a later one for the group, or the day to answer by.

    `answer_by` counts only while the report is sent back (guidelines 8.1; the days for one group are a house rule).
    """
    if state == ReportState.RETURNED and answer_by:
        return answer_by
    return extended_to or year_due


@audit.tracked()
class Report(TenantModel):
    """One group's report for one year (guidelines 8.1)."""

    reporting_year = models.ForeignKey(ReportingYear, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.DRAFT)
    extended_to = models.DateField(_("deadline extended to"), null=True, blank=True)
    extended_why = models.CharField(max_length=300, blank=True)
    # The day by which the group answers when the report is sent back. An extension stays beside it.
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    started_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    guards = rules.REPORT

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "reporting_year"], name="report_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.SUBMITTED, ReportState.ACCEPTED])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="report_submitted_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.RETURNED, ReportState.ACCEPTED])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="report_decided_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.RETURNED, ReportState.ACCEPTED])
                | ~Q(decided_by=models.F("submitted_by")),
                name="report_two_people",
            ),
        ]
        indexes = [models.Index(fields=["reporting_year", "state"], name="report_by_state")]
        permissions = [("collaborate_report", _("Write sections of this report"))]

    def __str__(self) -> str:
        return f"{self.reporting_year_id} ({self.state})"

    def get_absolute_url(self) -> str:
        return reverse("reporting:report-detail", args=[self.group.slug, self.reporting_year_id])

    @property
    def year(self) -> int:
        """The year the report is about."""
        return self.reporting_year_id

    @property
    def is_editable(self) -> bool:
        """Whether the group may write sections in the report's state."""
        return self.state in EDITABLE

    @property
    def submitted_by_name(self) -> str:
        """The name of the person who sent the report last; empty before the report was sent."""
        return self.submitted_by.name if self.submitted_by else ""

    @property
    def due_on(self) -> date:
        """The deadline of this report today."""
        return deadline(self.reporting_year.due_on, self.state, self.extended_to, self.answer_by)


@audit.tracked()
class ReportSection(TenantModel):
    """The text of one section. `version` grows with each save, so that no writer overwrites another one unknowingly."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="sections")
    key = models.SlugField(max_length=30)
    text = models.TextField(blank=True)
    is_complete = models.BooleanField(_("this section is complete"), default=False)
    version = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)

    guards = rules.REPORT_SECTION

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="report_section_once")]

    def __str__(self) -> str:
        return self.key


class ReportSubmission(TenantModel):
    """One version that was sent: a frozen copy of texts, targets and figures. Rows are added, never changed."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The deadline that held when this version was sent; None where it is not known. No later act changes it.
    due_on = models.DateField(null=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    guards = rules.REPORT_SUBMISSION

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_submission_once")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def is_late(self) -> bool:
        """Whether this version was sent after the deadline that held on that day."""
        return self.due_on is not None and self.submitted_at.date() > self.due_on


class ReportDecision(TenantModel):
    """The decision of the Chair's Office about one submission. Rows are added, never changed."""

    submission = models.OneToOneField(ReportSubmission, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome)
    message = models.TextField(_("message to the leaders"), blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    guards = rules.REPORT_DECISION

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="report_decision_known_outcome"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.outcome}"


@audit.tracked()
class ReviewComment(TenantModel):
    """One comment or answer about a section. All comments on one section of a report are one conversation."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="comments")
    section_key = models.SlugField(max_length=30)
    submission_number = models.PositiveSmallIntegerField()
    from_office = models.BooleanField()
    staff_only = models.BooleanField(default=False)
    text = models.TextField(_("comment"))
    state = models.CharField(max_length=10, choices=CommentState, default=CommentState.OPEN)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    guards = rules.REVIEW_COMMENT

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(staff_only=False) | Q(from_office=True), name="comment_staff_notes_from_office"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section_key}: {self.text[:40]}"


class GrantQuerySet(models.QuerySet):
    def on(self, day: date | None = None) -> Self:
        """Grants that count on the day (default: today): not over, not ended, and the membership below still counts.

        A grant rests on the membership that the person had when it was given. One membership has no gaps, and a later
        one carries no grant that was given before it (docs/decisions/0026-rights-end-with-their-ground.md).
        """
        day = day or clock.today()
        memberships = Membership.objects.on(day).filter(
            group=OuterRef("group"), person=OuterRef("user"), made_at__lte=OuterRef("granted_at")
        )
        return self.filter(
            Q(ending__isnull=True) | Q(ending__from_day__gt=day), Q(Exists(memberships)), ends_on__gte=day
        )


GrantManager = UserObjectPermissionManager.from_queryset(GrantQuerySet)


@audit.tracked()
class ReportGrant(UserObjectPermissionBase):
    """Lets one person without an office work on one report until a day (django-guardian's table with a date).

    Rows are only added: a new grant for the same person and report is a further row, and an ending row ends one early.
    """

    group = models.ForeignKey("groups.Group", on_delete=models.PROTECT, related_name="+")
    content_object = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="grants")
    ends_on = models.DateField(_("last day"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[GrantManager[ReportGrant]] = scoped(GrantManager)

    class Meta:
        # django-guardian allows one row for each person, permission and object. A person may get a report again.
        unique_together: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"{self.user} until {self.ends_on}"


@audit.tracked()
class ReportGrantEnding(Ending, TenantModel):
    """The early end of a grant: a leader ended it, or what it rests on ended."""

    grant = models.OneToOneField(ReportGrant, on_delete=models.PROTECT, related_name="ending")

    def __str__(self) -> str:
        return f"{self.grant} ended from {self.from_day}"
