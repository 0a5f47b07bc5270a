"""People: each has one account, which a proved email address identifies."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField

from core import audit, clock
from core.cached import cached_reference
from core.languages import in_language


def normalised(*parts: str) -> str:
    """Return text for searching and sorting: without accents, in lower case, with one space between words.

    Python does this, because the embedded PostgreSQL has no `unaccent` and sorts by code point.
    """
    text = unicodedata.normalize("NFKD", " ".join(part for part in parts if part))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).casefold().split())


class UserQuerySet(models.QuerySet):
    def by_email(self, email: str) -> UserQuerySet:
        """People with this address, in capital or small letters."""
        return self.filter(email__iexact=email.strip())

    def matching(self, words: str) -> UserQuerySet:
        """People whose name or institution contains every word. Accents and case make no difference."""
        found = self
        for word in normalised(words).split():
            found = found.filter(search__contains=word)
        return found


PersonManager = models.Manager.from_queryset(UserQuerySet)


class UserManager(PersonManager["User"], BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person, with the address in lower case. Raises ValueError without an address.

        A person without a password can sign in with a code by email.
        """
        if not email:
            raise ValueError("A person needs an email address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person who keeps the system running and cannot change its content."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        """Return the person with this sign-in address. The case of the address makes no difference."""
        return self.get(email__iexact=email)


class Region(models.Model):
    """An IUCN statutory region. It is reference data that can be edited."""

    code = models.SlugField(primary_key=True, max_length=20)
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return in_language(self, "name")


@cached_reference("accounts.Region")
def all_regions() -> tuple[Region, ...]:
    """Return the regions in their order. Callers share the rows and must not change them."""
    return tuple(Region.objects.all())


class RegionCountry(models.Model):
    """A country and the region it belongs to."""

    country = CountryField(primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="countries")

    def __str__(self) -> str:
        return f"{self.country}: {self.region_id}"


def full_name(given: str, family: str) -> str:
    """Return the given name and the family name. It never falls back to the address, which not every reader may see."""
    return f"{given} {family}".strip() or gettext("Name not given")


def listed_name(given: str, family: str) -> str:
    """Return the name with the family name first."""
    return ", ".join(part for part in (family, given) if part) or full_name("", "")


@audit.tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person. They sign in with their address, which counts only after they have proved it."""

    email = models.EmailField(_("email address"), unique=True)
    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    language = models.CharField(_("language of mails"), max_length=2, default="en")
    country = CountryField(_("country"), blank=True)
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("IUCN region")
    )
    institution = models.CharField(_("institution"), max_length=160, blank=True)
    expertise = models.CharField(_("expertise"), max_length=300, blank=True)
    orcid = models.CharField("ORCID", max_length=19, blank=True)
    # The address that leaders and Red List Authority coordinators agree to make public while they are in office.
    public_email = models.EmailField(_("public email address"), blank=True)
    share_contact = models.BooleanField(_("members of my groups may see my email address"), default=False)
    # A person can decline optional mail. Essential mail (codes, invitations, decisions, overdue) is always sent.
    wants_optional_mail = models.BooleanField(_("send me optional mail"), default=True)
    search = models.CharField(max_length=400, editable=False, db_index=True)
    sort_key = models.CharField(max_length=170, editable=False, db_index=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill the derived columns (search, sort key), then save them together with the other fields."""
        self.derive()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search", "sort_key"}
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fill the columns for searching and sorting. Code that writes in bulk must call this itself."""
        self.search = normalised(self.given_name, self.family_name, self.institution)[:400]
        self.sort_key = normalised(self.family_name, self.given_name)[:170]

    @property
    def name(self) -> str:
        """The given name and the family name."""
        return full_name(self.given_name, self.family_name)

    @property
    def listed_name(self) -> str:
        """The name with the family name first."""
        return listed_name(self.given_name, self.family_name)

    @property
    def country_name(self) -> str:
        """The country's name in the reader's language, or '' when the person has entered no country."""
        return str(countries.name(str(self.country))) if self.country else ""

    def get_full_name(self) -> str:
        return self.name
