"""Groups (the tenants), the quadrennium, and offices with dated terms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, normalised
from core import audit, clock
from core.cached import ReferenceQuerySet, cached_reference
from core.languages import in_language
from core.models import TenantModel, scoped
from groups import guards as rules
from groups import roles
from groups.querysets import AppointmentQuerySet, DatedQuerySet, GroupQuerySet


class Category(models.Model):
    """A kind of group, as the menu of the join page lists them. It is reference data that can be edited."""

    code = models.SlugField(primary_key=True, max_length=40)
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80)
    # Centers for Species Survival are partners: the directory lists them, and they write no report (guidelines 8.1).
    reports_annually = models.BooleanField(default=True)
    takes_members = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return in_language(self, "name")


@cached_reference("groups.Category")
def all_categories() -> tuple[Category, ...]:
    """Return every kind of group in the order of the join page. Callers share the rows and must not change them."""
    return tuple(Category.objects.all())


class Quadrennium(models.Model):
    """The period between two Congresses. Label and dates can be edited, because both have changed before."""

    label = models.CharField(max_length=20, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        verbose_name_plural = "quadrennia"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="quadrennium_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def years(self) -> range:
        """The reporting years of the period."""
        return range(self.starts_on.year, self.ends_on.year + 1)

    @classmethod
    def current(cls, day: date | None = None) -> Quadrennium | None:
        """Return the period that includes the day (default: today), or None."""
        day = day or clock.today()
        return next((one for one in reversed(all_quadrennia()) if one.starts_on <= day <= one.ends_on), None)


@cached_reference("groups.Quadrennium")
def all_quadrennia() -> tuple[Quadrennium, ...]:
    """Return every quadrennium, oldest first. Callers share the rows and must not change them."""
    return tuple(Quadrennium.objects.all())


@audit.tracked()
class Group(models.Model):
    """One expert group: a tenant. The acronym is not unique, because several groups have the same one."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160, unique=True)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("category"))
    subcategory = models.CharField(_("section"), max_length=60, blank=True)
    remit = models.CharField(_("taxon or theme"), max_length=200, blank=True)
    mission = models.TextField(_("mission"), blank=True)
    membership_criteria = models.TextField(_("what the group looks for in members"), blank=True)
    website = models.URLField(_("website"), blank=True)
    host_institution = models.CharField(_("host institution"), max_length=160, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    search = models.CharField(max_length=500, editable=False)
    sort_key = models.CharField(max_length=170, editable=False, db_index=True)
    # Grows with each saved change of the details, so that two people do not overwrite each other's changes.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = models.Manager.from_queryset(GroupQuerySet)()

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(founded_on__isnull=True)
                | Q(closed_on__gte=F("founded_on")),
                name="group_closed_after_founded",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search", "sort_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("workspace:group-detail", args=[self.slug])

    def derive(self) -> None:
        """Fill the columns for searching and sorting. Code that writes in bulk must call this itself."""
        self.search = normalised(self.name, self.acronym, self.remit, self.subcategory)[:500]
        self.sort_key = normalised(self.name)[:170]

    @property
    def is_closed(self) -> bool:
        """Whether the group is closed today."""
        return self.closed_on is not None and self.closed_on <= clock.today()


class FocalTopic(models.TextChoices):
    """The three focal points that leaders are invited to name (guidelines 2.2)."""

    PLANNING = "planning", _("conservation planning")
    EX_SITU = "ex_situ", _("ex situ conservation")
    SUSTAINABLE_USE = "sustainable_use", _("sustainable use")


class Dated(models.Model):
    """A first day, a last day, and who set them. Rows are only added. An ending row makes a row end earlier."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> date | None:
        """The last day that counts, also after an early ending. None when the row has no last day."""
        ending = getattr(self, "ending", None)
        return last_day(self.ends_on, ending.from_day if ending else None)


def last_day(ends_on: date | None, ended_from: date | None) -> date | None:
    """Return the last day that counts of a dated row: its own last day, or the day before an earlier ending."""
    early = ended_from - timedelta(days=1) if ended_from else None
    return min((d for d in (early, ends_on) if d), default=None)


class Ending(models.Model):
    """The first day on which a dated row no longer counts, who ended it and why. Rows are only added."""

    from_day = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


AppointmentManager = models.Manager.from_queryset(AppointmentQuerySet)


@audit.tracked(exclude=["number"])
class Appointment(Dated, TenantModel):
    """One person in one office of one group for one term (guidelines 2.2, 6.1)."""

    office = models.CharField(_("office"), max_length=30)
    topic = models.CharField(_("topic"), max_length=20, blank=True, choices=FocalTopic)
    quadrennium = models.ForeignKey(Quadrennium, null=True, blank=True, on_delete=models.PROTECT)
    note = models.CharField(max_length=300, blank=True)
    # First, second, … time of the person in the office. A trigger writes this and ignores other values.
    number = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[AppointmentManager[Appointment]] = scoped(AppointmentManager)
    guards = rules.APPOINTMENT

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person", "office", "topic", "number"], name="appointment_one_by_one"
            ),
            models.CheckConstraint(
                condition=Q(office__in=tuple(roles.OFFICES)), name="appointment_known_office"
            ),
            models.CheckConstraint(
                condition=Q(office__in=roles.WITH_TOPIC, topic__in=FocalTopic.values)
                | (~Q(office__in=roles.WITH_TOPIC) & Q(topic="")),
                name="appointment_topic_of_focal_points",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=True) | ~Q(made_by=F("person")), name="appointment_not_self_made"
            ),
            # Guidelines 3.3: leaders delegate in writing.
            models.CheckConstraint(
                condition=~Q(office="delegate") | ~Q(note=""), name="appointment_delegation_in_writing"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(office="delegate") | Q(ends_on__isnull=False), name="appointment_delegation_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "starts_on"], name="appointment_by_group"),
            models.Index(fields=["person", "starts_on"], name="appointment_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.office_name}"

    @property
    def office_name(self) -> str:
        """The name of the office, with its topic if it has one."""
        return office_in_words(self.office, self.topic)


def office_in_words(office: str, topic: str) -> str:
    """Return the name of an office, with its topic if it has one."""
    name = str(roles.OFFICES[office].name)
    return f"{name}, {FocalTopic(topic).label}" if topic else name


@audit.tracked()
class AppointmentEnding(Ending, TenantModel):
    """An appointment that ended before its last day."""

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="ending")

    guards = rules.APPOINTMENT_ENDING

    def __str__(self) -> str:
        return f"{self.appointment} until {self.from_day}"


@audit.tracked(exclude=["number"])
class NetworkAppointment(Dated):
    """One person in one role of the whole network: Chair's Office, SSC Chair, Steering Committee, regional office."""

    role = models.CharField(
        _("role"), max_length=2, choices=[(r.code, r.name) for r in roles.NETWORK_ROLES.values()]
    )
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)
    # First, second, … time of the person in the role. A trigger writes this and ignores other values.
    number = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    objects = models.Manager.from_queryset(DatedQuerySet)()
    guards = rules.NETWORK_APPOINTMENT

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "region", "number"],
                nulls_distinct=False,
                name="network_role_one_by_one",
            ),
            models.CheckConstraint(condition=Q(role__in=roles.APPOINTED), name="network_role_known"),
            models.CheckConstraint(
                condition=Q(made_by__isnull=True) | ~Q(made_by=F("person")), name="network_role_not_self_made"
            ),
            models.CheckConstraint(
                condition=Q(role="RR", region__isnull=False) | (~Q(role="RR") & Q(region__isnull=True)),
                name="network_role_region_for_reviewers",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="network_role_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"


@audit.tracked()
class NetworkAppointmentEnding(Ending):
    """A network role that ended before its last day."""

    appointment = models.OneToOneField(NetworkAppointment, on_delete=models.PROTECT, related_name="ending")

    guards = rules.NETWORK_APPOINTMENT_ENDING

    def __str__(self) -> str:
        return f"{self.appointment} until {self.from_day}"


@audit.tracked(exclude=["content"])
class GroupLogo(TenantModel):
    """A group's logo as PNG, encoded again from the uploaded file. The database keeps it, so no file can be missing."""

    content = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group"], name="group_logo_once")]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"
