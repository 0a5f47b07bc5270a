"""Sample objects for the test of every route: extra arguments, and the data that a form posts."""

from datetime import timedelta

from core import clock, scope
from groups.models import Appointment
from tests import factories


def office_end(group, cast):
    """A programme officer's appointment of this group."""
    row = factories.appoint(group, factories.make_person(), "programme_officer")
    return {"appointment": row.pk, "_data": {"reason": "Moved away"}}


def office_appoint(group, cast):
    """A member of this group to appoint."""
    person = factories.make_member(group).person
    return {"_data": {"office": "programme_officer", "person": person.pk, "topic": ""}}


def leadership_delegate(group, cast):
    """A deputy of this group, for ten days."""
    with scope.group_scope(group):
        deputy = Appointment.objects.filter(office="deputy_chair").first()
    first, last = clock.today(), clock.today() + timedelta(days=10)
    data = {"deputy": deputy.person_id if deputy else 0, "note": "While I travel"}
    for name, day in (("starts_on", first), ("ends_on", last)):
        data |= {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}
    return {"_data": data}


def group_edit(group, cast):
    """The details as they stand, with a new mission."""
    return {"_data": {"version": group.version, "mission": "To know them all", "remit": "Cats"}}


SAMPLES = {
    "groups:office-end": office_end,
    "workspace:office-appoint": office_appoint,
    "groups:leadership-delegate": leadership_delegate,
    "groups:group-edit": group_edit,
}
