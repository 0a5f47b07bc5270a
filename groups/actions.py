"""Acts that change groups and offices. Each locks the group, checks right and rule, and writes an audit entry."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import audit, clock, scope
from core.errors import Conflict, NotAllowed
from groups import roles
from groups.access import roles_of
from groups.errors import GroupClosed, NotAMember, OfficeRule
from groups.models import Appointment, AppointmentEnding, Group, Quadrennium
from groups.roles import DELEGATE, Permission, RoleCode
from groups.signals import group_closed

if TYPE_CHECKING:
    from accounts.models import User

DETAILS = ("remit", "mission", "membership_criteria", "website", "host_institution")
# Offices that the SSC fills and not the group (guidelines 6.1). Leaders cannot appoint people to them.
LEADING = frozenset({"chair", "co_chair", "red_list_coordinator"})


def lock_open_group(group: Group) -> Group:
    """Lock the group's row until the transaction ends, and return it. Raises GroupClosed for a closed group."""
    row = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if row.is_closed:
        raise GroupClosed(_("This group is closed. Nothing in it changes any more."))
    return row


def check_right(by: User, permission: Permission, group: Group) -> None:
    """Raise NotAllowed when the person does not have the permission in the group now."""
    if not roles_of(by).may(permission, group):
        raise NotAllowed(_("You may not do this in this group, or no longer."))


@transaction.atomic
def update_details(*, group: Group, by: User, version: int, **details: str) -> Group:
    """Save the group's details, unless another person has saved since `version` was read.

    Saving the same values again changes nothing and writes no audit entry. Raises Conflict with both texts when
    another person saved first, NotAllowed, GroupClosed, and TypeError for a field that is not in DETAILS.
    """
    if unknown := sorted(details.keys() - set(DETAILS)):
        raise TypeError(f"update_details does not know these fields: {', '.join(unknown)}")
    with scope.group_scope(group):
        row = lock_open_group(group)
        check_right(by, Permission.EDIT_GROUP, row)
        changed = {
            name: details[name] for name in DETAILS if name in details and getattr(row, name) != details[name]
        }
        if not changed:
            return row
        if row.version != version:
            raise Conflict(
                _(
                    "Somebody else saved these details while you were writing. "
                    "Nothing of yours is lost: compare and save again."
                ),
                theirs={name: getattr(row, name) for name in changed},
                yours=changed,
            )
        for name, text in changed.items():
            setattr(row, name, text)
        row.version += 1
        row.save(update_fields=[*changed, "version"])
        audit.record("groups.details_changed", by=by, about=row, group=row, fields=sorted(changed))
        return row


def period_end(day: date) -> date | None:
    """Return the last day of the quadrennium that includes the day, or None."""
    period = Quadrennium.current(day)
    return period.ends_on if period else None


def write_appointment(
    group: Group, person: User, office: str, by: User, starts_on: date, ends_on: date | None, **more: str
) -> Appointment:
    """Write an appointment and its audit entry. Return the existing appointment when the same one exists.

    Raises OfficeRule when the last day is before the first, and when the person has the office in that time already.
    """
    day, topic = starts_on, more.get("topic", "")
    if ends_on is not None and ends_on < starts_on:
        raise OfficeRule(_("The last day lies before the first. Enter a later last day."), code="dates")
    same = Appointment.objects.filter(group=group, person=person, office=office, topic=topic).select_related(
        "ending"
    )
    for row in same:
        last = row.last_day
        if last is not None and (last < day or last < row.starts_on):
            continue
        if ends_on is not None and row.starts_on > ends_on:
            continue
        if (row.starts_on, last) == (starts_on, ends_on):
            return row
        raise OfficeRule(
            _("%(name)s holds this office already in that time.") % {"name": person.name}, code="held"
        )
    row = Appointment.objects.create(
        group=group,
        person=person,
        office=office,
        starts_on=starts_on,
        ends_on=ends_on,
        quadrennium=Quadrennium.current(starts_on),
        made_by=by,
        topic=topic,
        note=more.get("note", ""),
    )
    verb = "groups.leader_appointed" if office in LEADING | {"network_support"} else "groups.person_appointed"
    verb = "groups.leadership_delegated" if office == DELEGATE else verb
    shown = {"until": date_format(ends_on, "DATE_FORMAT")} if office == DELEGATE and ends_on else {}
    audit.record(
        verb, by=by, about=row, group=group, name=person.name, person=person.pk, office=office, **shown
    )
    return row


@transaction.atomic
def appoint_to_office(
    *,
    group: Group,
    person: User,
    office: str,
    by: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
    topic: str = "",
) -> Appointment:
    """Appoint a member to one of the offices that the group fills itself (guidelines 2.2).

    Without a last day the office ends with the quadrennium. It may not last longer than the membership that it rests
    on. Making the same appointment again changes nothing.
    Raises NotAllowed (no right, or the person would appoint themselves), NotAMember, OfficeRule, GroupClosed.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        check_right(by, Permission.APPOINT_OFFICE, row)
        if office not in roles.FILLED_BY_LEADER:
            raise NotAllowed(_("This office is not filled by the group."), code="not-filled-here")
        if person.pk == by.pk:
            raise NotAllowed(_("You cannot appoint yourself. Another leader can."), code="own-matter")
        if roles.OFFICES[office].has_topic != bool(topic):
            raise OfficeRule(_("Choose what the focal point looks after."), code="topic")
        today = clock.today()
        starts_on = starts_on or today
        if starts_on < today:
            raise OfficeRule(_("An office begins today or later. Enter a later first day."), code="past")
        ends_on = ends_on or period_end(starts_on)
        if RoleCode.MEMBER not in roles_of(person).groups.get(row.pk, frozenset()):
            raise NotAMember(
                _("%(name)s is not a member of this group. Invite them first.") % {"name": person.name}
            )
        if ends_on and RoleCode.MEMBER not in roles_of(person, ends_on).groups.get(row.pk, frozenset()):
            raise OfficeRule(
                _("The membership of %(name)s ends before that day. Enter an earlier last day.")
                % {"name": person.name},
                code="too-long",
            )
        if roles.OFFICES[office].role is roles.DEPUTY and RoleCode.LEADER in roles_of(
            person, starts_on
        ).groups.get(row.pk, ()):
            raise OfficeRule(_("%(name)s leads this group already.") % {"name": person.name}, code="leads")
        return write_appointment(row, person, office, by, starts_on, ends_on, topic=topic)


@transaction.atomic
def delegate_leadership(
    *, group: Group, deputy: User, by: User, starts_on: date, ends_on: date, note: str
) -> Appointment:
    """Let a deputy act in the leader's place, in writing and with dates (guidelines 3.3).

    The delegation may not last longer than the leader's own office or the deputy's. Raises NotAllowed, OfficeRule,
    GroupClosed.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        check_right(by, Permission.DELEGATE_LEADERSHIP, row)
        if not note.strip():
            raise OfficeRule(_("Write what you delegate: it stands in the record."), code="in-writing")
        if starts_on < clock.today():
            raise OfficeRule(_("A delegation begins today or later. Enter a later first day."), code="past")
        if deputy.pk == by.pk or RoleCode.DEPUTY not in roles_of(deputy, starts_on).groups.get(
            row.pk, frozenset()
        ):
            raise OfficeRule(
                _("Choose a deputy of this group who is in office on the first day."), code="not-deputy"
            )
        for person, code in ((by, RoleCode.LEADER), (deputy, RoleCode.DEPUTY)):
            # One term covers the whole time: a delegation does not pass from one term to the next.
            office = Appointment.objects.on(starts_on).on(ends_on).of(person).with_role(code)
            if not office.filter(group=row).exists():
                raise OfficeRule(
                    _("The office of %(name)s ends before that day. Enter an earlier last day.")
                    % {"name": person.name},
                    code="too-long",
                )
        return write_appointment(row, deputy, DELEGATE, by, starts_on, ends_on, note=note.strip()[:300])


def _end(row: Appointment, by: User | None, from_day: date, reason: str) -> bool:
    """Add the ending row and its audit entry. Return False when the appointment ends before that day anyway.

    An appointment that begins later ends on its first day, and so never counts. Raises OfficeRule when the
    appointment has an ending already.
    """
    last = row.last_day
    if last is not None and last < from_day:
        return False
    if getattr(row, "ending", None) is not None:
        raise OfficeRule(_("An earlier last day was set for this office already."), code="ending-set")
    AppointmentEnding.objects.create(
        group_id=row.group_id,
        appointment=row,
        from_day=max(from_day, row.starts_on),  # an office that would begin later never begins
        reason=reason[:300],
        made_by=by,
        made_at=clock.now(),
    )
    verb = (
        "groups.leader_ended" if row.office in LEADING | {"network_support"} else "groups.appointment_ended"
    )
    audit.record(
        verb,
        by=by,
        about=row,
        group=row.group_id,
        name=row.person.name,
        person=row.person_id,
        office=row.office,
        reason=reason,
    )
    return True


def _end_all(rows: QuerySet[Appointment], by: User | None, from_day: date, reason: str) -> int:
    """End those of the appointments that have no ending yet. Return how many ended."""
    return sum(
        _end(row, by, from_day, reason) for row in rows.filter(ending=None).select_related("person", "ending")
    )


def _end_groundless(by: User | None, from_day: date, reason: str) -> int:
    """End the delegations of the scope's group whose ground ends on `from_day`. Return how many ended."""
    ended = 0
    for row in Appointment.objects.filter(office=DELEGATE, ending=None).select_related("person", "ending"):
        # The ground of a delegation that begins later may begin later too.
        day = max(from_day, row.starts_on)
        if not Appointment.objects.grounded(day).filter(pk=row.pk).exists():
            ended += _end(row, by, from_day, reason)
    return ended


@transaction.atomic
def end_appointment(
    *, appointment: Appointment, by: User, from_day: date | None = None, reason: str = ""
) -> Appointment:
    """End an office that the group fills, or a delegation, from `from_day` on (default: today).

    The delegations that rest on the office end with it. Ending an office that has ended changes nothing.
    Raises NotAllowed (no right, or a leader's office), OfficeRule,
    GroupClosed.
    """
    with scope.group_scope(appointment.group_id):
        group = lock_open_group(appointment.group)
        row = Appointment.objects.select_related("person", "ending").get(pk=appointment.pk)
        if row.office not in roles.FILLED_BY_LEADER | {DELEGATE}:
            raise NotAllowed(_("This office is not filled by the group."), code="not-filled-here")
        check_right(by, Permission.APPOINT_OFFICE, group)
        from_day = from_day or clock.today()
        if from_day < clock.today():
            raise OfficeRule(_("An office cannot end in the past. Enter today or a later day."), code="past")
        _end(row, by, from_day, reason)
        _end_groundless(by, from_day, reason)
        return row


def _check_appoints_leaders(by: User, person: User, group: Group) -> None:
    """Check that this person may appoint leaders: SSC Chair, Deputy Chair or Steering Committee (guidelines 6.1).

    Raises NotAllowed for other people. It is raised too when the person would decide about themselves, or in a group
    that they lead or coordinate.
    """
    held = roles_of(by)
    if not held.everywhere(Permission.APPOINT_LEADER):
        raise NotAllowed(_("Leaders are appointed by the SSC Chair and the Steering Committee."))
    if by.pk == person.pk or {RoleCode.LEADER, RoleCode.RED_LIST} & held.groups.get(group.pk, frozenset()):
        raise NotAllowed(_("You cannot decide in a matter of your own."), code="own-matter")


@transaction.atomic
def appoint_leader(
    *,
    group: Group,
    person: User,
    office: str,
    by: User,
    starts_on: date,
    ends_on: date | None = None,
    note: str = "",
) -> Appointment:
    """Appoint a chair, co-chair, Red List Authority coordinator or network support.

    `by` needs a network role that appoints leaders; a group's own leaders do not have one.
    Raises NotAllowed, OfficeRule, GroupClosed.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        _check_appoints_leaders(by, person, row)
        if office not in LEADING | {"network_support"}:
            raise NotAllowed(_("This office is filled by the group's leaders."), code="not-filled-here")
        return write_appointment(
            row, person, office, by, starts_on, ends_on or period_end(starts_on), note=note
        )


@transaction.atomic
def end_leader(
    *, appointment: Appointment, by: User, from_day: date | None = None, reason: str = ""
) -> Appointment:
    """End a leader's or coordinator's office, or network support, with the delegations that rest on it.

    Raises NotAllowed, OfficeRule, GroupClosed.
    """
    with scope.group_scope(appointment.group_id):
        group = lock_open_group(appointment.group)
        row = Appointment.objects.select_related("person", "ending").get(pk=appointment.pk)
        _check_appoints_leaders(by, row.person, group)
        from_day = max(from_day or clock.today(), clock.today())
        _end(row, by, from_day, reason)
        _end_groundless(by, from_day, reason)
        return row


@transaction.atomic
def end_offices_of(
    *, group: Group, person: User, by: User, from_day: date | None = None, reason: str = ""
) -> int:
    """End the offices of a person who leaves the group, if the group fills them. Return how many ended.

    The action that ends a membership calls this and has checked the right. A leader's office does not end here: the
    SSC appointed the leader and decides.
    """
    with scope.group_scope(group):
        from_day = from_day or clock.today()
        held = Appointment.objects.filter(person=person, office__in=roles.FILLED_BY_LEADER | {DELEGATE})
        return _end_all(held, by, from_day, reason)


@transaction.atomic
def end_every_office_of(*, person: User, by: User, reason: str) -> int:
    """End all offices of a person in all groups from today on, with what rests on them. Return how many ended.

    The action that closes an account calls this and has checked the right.
    """
    return _end_everywhere(person, by, clock.today(), reason)


@transaction.atomic
def end_support_of(*, person: User, by: User, from_day: date, reason: str) -> int:
    """End a person's assignments as network support in all groups. Return how many ended.

    The action that ends the person's role at the Chair's Office calls this and has checked the right.
    """
    return _end_everywhere(person, by, from_day, reason, office="network_support")


def _end_everywhere(person: User, by: User, from_day: date, reason: str, **which: str) -> int:
    with scope.read_everywhere("own-roles"):
        rows = Appointment.objects.of(person).filter(ending=None, **which).order_by()
        groups = sorted(set(rows.values_list("group_id", flat=True)))
    ended = 0
    for group in groups:
        with scope.group_scope(group):
            ended += _end_all(Appointment.objects.of(person).filter(**which), by, from_day, reason)
            ended += _end_groundless(by, from_day, reason)
    return ended


@transaction.atomic
def close_group(*, group: Group, by: User, closed_on: date | None = None, reason: str = "") -> Group:
    """Close a group from `closed_on` on (default: today) and end every office in it.

    The signal `group_closed` tells the higher apps, which end memberships and other rows of theirs. Closing a closed
    group changes nothing. Raises NotAllowed.
    """
    with scope.group_scope(group):
        row = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        if row.is_closed:
            return row
        if not roles_of(by).everywhere(Permission.CLOSE_GROUP):
            raise NotAllowed(_("Groups are closed by the SSC Chair."))
        day = max(closed_on or clock.today(), clock.today())
        _end_all(Appointment.objects.all(), by, day, reason)
        row.closed_on = day
        row.version += 1
        row.save(update_fields=["closed_on", "version"])
        audit.record("groups.group_closed", by=by, about=row, group=row, reason=reason)
        group_closed.send(sender=Group, group=row, by=by, day=day)
        return row
