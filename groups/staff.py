"""Appoint people to roles of the whole network, and name each group's contact (guidelines 1.2, 3.5)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock, scope
from core.errors import NotAllowed
from groups.access import roles_of
from groups.actions import end_support_of, lock_open_group, period_end, write_appointment
from groups.errors import OfficeRule
from groups.models import Appointment, Group, NetworkAppointment, NetworkAppointmentEnding, last_day
from groups.querysets import DatedQuerySet
from groups.roles import Permission, RoleCode

if TYPE_CHECKING:
    from accounts.models import Region, User

# Roles that an administrator of the Chair's Office may give. A superuser may give the other roles too.
STAFF = frozenset({RoleCode.OFFICE_STAFF, RoleCode.OFFICE_ADMIN, RoleCode.REGIONAL})
# Roles at the Chair's Office, on which an assignment as network support rests.
OFFICE = frozenset({RoleCode.OFFICE_STAFF, RoleCode.OFFICE_ADMIN})


def _check_appoints(by: User, person: User, *, staff: bool) -> None:
    held = roles_of(by)
    if not (
        held.everywhere(Permission.FILL_NETWORK_ROLES)
        or (staff and held.everywhere(Permission.APPOINT_STAFF))
    ):
        raise NotAllowed(_("Staff are appointed by an administrator of the Chair’s Office."))
    if by.pk == person.pk:
        raise NotAllowed(_("You cannot decide in a matter of your own."), code="own-matter")


@transaction.atomic
def appoint_staff(
    *,
    person: User,
    role: RoleCode,
    by: User,
    region: Region | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> NetworkAppointment:
    """Give a person a role of the whole network. Giving the same role again changes nothing.

    Raises NotAllowed, and OfficeRule when the dates or the region do not fit the role.
    """
    _check_appoints(by, person, staff=role in STAFF)
    starts_on = starts_on or clock.today()
    if ends_on is not None and ends_on < starts_on:
        raise OfficeRule(_("The last day lies before the first. Enter a later last day."), code="dates")
    if (role == RoleCode.REGIONAL) != (region is not None):
        raise OfficeRule(_("A regional office reviewer has a region; other roles have none."), code="region")
    type(person).objects.select_for_update(of=("self",)).get(pk=person.pk)
    existing = (
        NetworkAppointment.objects.on(starts_on).filter(person=person, role=role, region=region).first()
    )
    if existing is not None:
        return existing
    row = NetworkAppointment.objects.create(
        person=person, role=role, region=region, starts_on=starts_on, ends_on=ends_on, made_by=by
    )
    audit.record(
        "groups.staff_appointed", by=by, about=row, name=person.name, person=person.pk, staff_role=role
    )
    return row


@transaction.atomic
def assign_support(
    *, group: Group, person: User, by: User, starts_on: date | None = None, ends_on: date | None = None
) -> Appointment:
    """Name the group's contact at the Chair's Office.

    Without a last day, this ends with the quadrennium, or with the person's own role on the staff if that ends first.
    For staff, an assignment rests on this role: it may not last longer, and `end_staff` ends both.
    Raises NotAllowed, OfficeRule, GroupClosed.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        _check_appoints(by, person, staff=True)
        day = starts_on or clock.today()
        longest = _last_day_on_staff(person, day)
        if ends_on and longest and ends_on > longest:
            raise OfficeRule(
                _("The office of %(name)s ends before that day. Enter an earlier last day.")
                % {"name": person.name},
                code="too-long",
            )
        ends_on = ends_on or min((one for one in (longest, period_end(day)) if one), default=None)
        return write_appointment(row, person, "network_support", by, day, ends_on)


def _staff_roles(person: User, day: date) -> DatedQuerySet:
    """The roles at the Chair's Office that the person has on the day."""
    return NetworkAppointment.objects.on(day).of(person).filter(role__in=OFFICE).order_by("pk")


def _last_day_on_staff(person: User, day: date) -> date | None:
    """Return the last day of the person's roles at the Chair's Office; None without a last day or without a role."""
    last_days = [row.last_day for row in _staff_roles(person, day).select_related("ending")]
    return max((one for one in last_days if one), default=None) if None not in last_days else None


@transaction.atomic
def end_staff(
    *, appointment: NetworkAppointment, by: User, from_day: date | None = None, reason: str = ""
) -> NetworkAppointment:
    """End a role of the whole network from `from_day` on (default: today).

    When the person has no role at the Chair's Office left, the assignments as network support end too. Ending a role
    that has ended changes nothing. Raises NotAllowed, and OfficeRule when an earlier last day was set already.
    """
    row = NetworkAppointment.objects.select_related("person").get(pk=appointment.pk)
    _check_appoints(by, row.person, staff=row.role in STAFF)
    _end_role(row, by, max(from_day or clock.today(), clock.today()), reason)
    return row


def end_every_role_of(*, person: User, by: User, reason: str) -> int:
    """End all roles of a person in the network from today on, with what rests on them. Return how many ended.

    The action that closes an account calls this in its transaction and has checked the right.
    """
    today = clock.today()
    rows = NetworkAppointment.objects.of(person).filter(ending=None).select_related("person")
    return sum(_end_role(row, by, today, reason) for row in rows.order_by("pk"))


def _end_role(row: NetworkAppointment, by: User, from_day: date, reason: str) -> bool:
    """End the role and what rests on it. Return False when the role ends before that day anyway."""
    type(row.person).objects.select_for_update(of=("self",)).get(pk=row.person_id)
    ending = NetworkAppointmentEnding.objects.filter(appointment=row).first()
    last = last_day(row.ends_on, ending.from_day if ending else None)
    if last is not None and last < from_day:
        return False
    if ending is not None:
        raise OfficeRule(_("An earlier last day was set for this office already."), code="ending-set")
    NetworkAppointmentEnding.objects.create(
        appointment=row,
        from_day=max(from_day, row.starts_on),
        reason=reason[:300],
        made_by=by,
        made_at=clock.now(),
    )
    audit.record(
        "groups.staff_ended",
        by=by,
        about=row,
        name=row.person.name,
        person=row.person_id,
        staff_role=row.role,
        reason=reason,
    )
    if row.role in OFFICE and not _staff_roles(row.person, from_day).exists():
        end_support_of(person=row.person, by=by, from_day=from_day, reason=reason)
    return True
