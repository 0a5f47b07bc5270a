"""Reference data with versions: components, sub-categories, key results, statuses, templates, years.

These are rows and not enums, because the lists differ between plans and templates change between years.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.cached import ReferenceQuerySet, cached_reference
from core.languages import in_language
from groups.models import Quadrennium


class Named(models.Model):
    """A row with a code, a place in the order and a name in three languages."""

    code = models.SlugField(primary_key=True, max_length=40)
    name_en = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120)
    name_es = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["order"]

    def __str__(self) -> str:
        return in_language(self, "name")


class Component(Named):
    """A part of the conservation cycle: Assess, Plan, Act, Network, Communicate."""


class Subcategory(Named):
    """A sub-category of targets. Not tied to one component: see CyclePair."""

    class Meta(Named.Meta):
        verbose_name_plural = "subcategories"


class StrategicPlan(models.Model):
    """A species strategic plan. Key results are numbered within it, so each needs its version."""

    version = models.CharField(max_length=40, unique=True)
    quadrennium = models.ForeignKey(Quadrennium, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.version


class CyclePair(models.Model):
    """A component with a sub-category that occurs under it, in one plan."""

    plan = models.ForeignKey(StrategicPlan, on_delete=models.PROTECT)
    component = models.ForeignKey(Component, on_delete=models.PROTECT)
    subcategory = models.ForeignKey(Subcategory, on_delete=models.PROTECT)
    example_indicator = models.CharField(max_length=300, blank=True)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "component", "subcategory"], name="cycle_pair_once")
        ]

    def __str__(self) -> str:
        return f"{self.component} · {self.subcategory}"


class KeyResult(models.Model):
    """A Key Species Result of one plan."""

    plan = models.ForeignKey(StrategicPlan, on_delete=models.PROTECT, related_name="key_results")
    number = models.PositiveSmallIntegerField()
    component = models.ForeignKey(Component, on_delete=models.PROTECT)
    title_en = models.CharField(max_length=250)
    title_fr = models.CharField(max_length=250)
    title_es = models.CharField(max_length=250)
    source = models.CharField(max_length=300, blank=True)
    # The target form offers listed results only. A target that named another one keeps the number.
    listed = models.BooleanField(db_default=True)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="key_result_once")]

    def __str__(self) -> str:
        title = in_language(self, "title")
        if not self.listed or not title:
            return _("KSR %(number)s") % {"number": self.number}
        return _("KSR %(number)s. %(title)s") % {"number": self.number, "title": title}


class TargetStatus(Named):
    """The status of a target in a year. `glyph` names the status sign; final statuses need no further entry."""

    glyph = models.CharField(max_length=10)
    is_final = models.BooleanField(default=False)
    is_achieved = models.BooleanField(default=False)

    class Meta(Named.Meta):
        verbose_name_plural = "target statuses"


class ReportTemplate(models.Model):
    """A version of the annual report: which sections it has. A report keeps the template with which it began."""

    version = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.version


class TemplateSection(models.Model):
    """One section of a template. A section with a component shows that component's targets and progress."""

    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT, related_name="sections")
    key = models.SlugField(max_length=30)
    order = models.PositiveSmallIntegerField()
    title_en = models.CharField(max_length=120)
    title_fr = models.CharField(max_length=120)
    title_es = models.CharField(max_length=120)
    help_en = models.CharField(max_length=400)
    help_fr = models.CharField(max_length=400)
    help_es = models.CharField(max_length=400)
    component = models.ForeignKey(Component, null=True, blank=True, on_delete=models.PROTECT)
    # The group role that may edit only this section, such as TR for money; empty for none.
    own_role = models.CharField(max_length=2, blank=True)
    minutes = models.PositiveSmallIntegerField(default=10)
    max_length = models.PositiveIntegerField(default=6000)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="template_section_once")]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def help(self) -> str:
        """The section's explanation, in the reader's language."""
        return in_language(self, "help")


class ReportingYear(models.Model):
    """When the reports of a year open and are due. Dates are editable (guidelines 8.1)."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    quadrennium = models.ForeignKey(Quadrennium, on_delete=models.PROTECT)
    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT)
    opens_on = models.DateField()
    due_on = models.DateField()

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")), name="reporting_year_due_after_opening"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)

    @classmethod
    def open(cls, day: date) -> ReportingYear | None:
        """The latest year whose reports have opened by the day, or None."""
        return next((one for one in reversed(all_reporting_years()) if one.opens_on <= day), None)


@cached_reference("reporting.ReportingYear", "groups.Quadrennium", "reporting.ReportTemplate")
def all_reporting_years() -> tuple[ReportingYear, ...]:
    """Every reporting year with quadrennium and template, oldest first. Callers share the rows: don't change them."""
    return tuple(ReportingYear.objects.select_related("quadrennium", "template"))


@cached_reference("reporting.TemplateSection", "reporting.Component")
def sections_of(template_id: int) -> tuple[TemplateSection, ...]:
    """The sections of one template with their components, in order. Callers share the rows: don't change them."""
    return tuple(TemplateSection.objects.filter(template_id=template_id).select_related("component"))


@cached_reference("reporting.Component")
def all_components() -> tuple[Component, ...]:
    """The parts of the conservation cycle, in order. Callers share the rows: don't change them."""
    return tuple(Component.objects.all())


@cached_reference("reporting.TargetStatus")
def all_statuses() -> tuple[TargetStatus, ...]:
    """The statuses of targets, in order. Callers share the rows: don't change them."""
    return tuple(TargetStatus.objects.all())


@cached_reference("reporting.StrategicPlan", "groups.Quadrennium")
def planned_periods() -> tuple[Quadrennium, ...]:
    """Every period that has a plan, oldest first. Callers share the rows: don't change them."""
    return tuple(Quadrennium.objects.filter(strategicplan__isnull=False).distinct())
