"""Appoint people to roles of the whole network, and name each group's contact (guidelines 1.2, 3.5)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock, scope
from core.errors import NotAllowed
from groups.access import roles_of
from groups.actions import lock_open_group, period_end, write_appointment
from groups.errors import OfficeRule
from groups.models import Appointment, Group, NetworkAppointment
from groups.roles import Permission, RoleCode

if TYPE_CHECKING:
    from accounts.models import Region, User

# Roles that an administrator of the Chair's Office may give. A superuser may give the other roles too.
STAFF = frozenset({RoleCode.OFFICE_STAFF, RoleCode.OFFICE_ADMIN, RoleCode.REGIONAL})


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
    """Name the group's contact at the Chair's Office. Without a last day, this ends with the quadrennium.

    Raises NotAllowed, OfficeRule, GroupClosed.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        _check_appoints(by, person, staff=True)
        day = starts_on or clock.today()
        return write_appointment(row, person, "network_support", by, day, ends_on or period_end(day))
