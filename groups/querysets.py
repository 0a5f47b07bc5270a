"""Filters with names of the domain, such as `on(day)` and `with_role(code)`."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User, normalised
from core import clock
from groups.roles import OFFICES, RoleCode


class DatedQuerySet(models.QuerySet):
    """Rows with a first day and a last day. An ending row may make a row end earlier.

    `ends_on` is the last day that counts. `from_day` of an ending is the first day that does not count any more.
    """

    def on(self, day: date | None = None) -> Self:
        """Rows that count on the day (default: today)."""
        day = day or clock.today()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            Q(ending__isnull=True) | Q(ending__from_day__gt=day),
            starts_on__lte=day,
        )

    def of(self, person: User | int) -> Self:
        """Rows of one person."""
        return self.filter(person=person)


class AppointmentQuerySet(DatedQuerySet):
    def with_role(self, *codes: RoleCode) -> Self:
        """Appointments whose office gives one of the roles."""
        return self.filter(office__in=[o.code for o in OFFICES.values() if o.role.code in codes])


class GroupQuerySet(models.QuerySet):
    def open(self, day: date | None = None) -> Self:
        """Groups that are not closed on the day (default: today)."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day or clock.today()))

    def reporting(self, year: int) -> Self:
        """Groups that have to write an annual report for the year.

        Their category reports, and they existed on the last day of the year. Source: guidelines 8.1.
        """
        return self.reporting_by(date(year, 12, 31))

    def reporting_by(self, last_day: date) -> Self:
        """Like `reporting`, for the year that ends on this day."""
        return self.filter(
            Q(closed_on__isnull=True) | Q(closed_on__gte=last_day),
            Q(founded_on__isnull=True) | Q(founded_on__lte=last_day),
            category__reports_annually=True,
        )

    def matching(self, words: str) -> Self:
        """Groups whose name, acronym or remit contains every word. Accents and case make no difference."""
        found = self
        for word in normalised(words).split():
            found = found.filter(search__contains=word)
        return found
