"""Filters with names of the domain, such as `on(day)` and `with_role(code)`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User, normalised
from core import clock
from groups.roles import DELEGATE, OFFICES, RoleCode

# A ground takes a day and returns the condition under which what an appointment rests on counts on that day.
Ground = Callable[[date], Q]
_grounds: list[Ground] = []


def appointment_ground(ground: Ground) -> Ground:
    """Register what some appointments rest on, such as membership. It becomes part of each query by day.

    The condition must be true for appointments that do not rest on it. See decision 0026.
    """
    _grounds.append(ground)
    return ground


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
    def on(self, day: date | None = None) -> Self:
        """Appointments that count on the day (default: today): their own dates include it, and their ground holds."""
        day = day or clock.today()
        return super().on(day).grounded(day)

    def grounded(self, day: date) -> Self:
        """Appointments that rest on nothing, or whose ground counts on the day.

        A ground is one dated row that was there when the appointment was made. One row has no gaps: a row that was
        added later, such as a new membership, carries no appointment that was made before it.
        """
        found = self.filter(self._delegation_ground(day))
        for ground in _grounds:
            found = found.filter(ground(day))
        return found

    def _delegation_ground(self, day: date) -> Q:
        """A delegation rests on the deputy's office, and on the office of the leader who made it (guidelines 3.3)."""
        # The subqueries name the group themselves, so they need no scope of their own.
        offices = DatedQuerySet.on(type(self)(self.model), day).filter(
            group=OuterRef("group"), made_at__lte=OuterRef("made_at")
        )
        deputy = offices.with_role(RoleCode.DEPUTY).filter(person=OuterRef("person"))
        leader = offices.with_role(RoleCode.LEADER).filter(person=OuterRef("made_by"))
        return ~Q(office=DELEGATE) | (Q(Exists(deputy)) & Q(Exists(leader)))

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
