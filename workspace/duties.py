"""One person's duties in one group, from the summary that the group's overview has read already."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from duties.registry import Duty, in_order
from groups.access import PersonRoles
from members.duties import duties_of_person
from reporting.reports import duties as report_duties
from reporting.summary import GroupSummary, own_roles
from reporting.targets import duties as target_duties

if TYPE_CHECKING:
    from accounts.models import User


def duties_in_group(person: User, held: PersonRoles, summary: GroupSummary, day: date) -> list[Duty]:
    """The person's duties in the summary's group, the same as on their task list. One query."""
    group = summary.group
    people = own_roles(held, group.pk, person.pk)
    found = [
        *duties_of_person(person, held, day, [group.pk]),
        *target_duties.duties_in(summary, people),
        *report_duties.duties_in(summary, people),
    ]
    return [duty for duty in in_order(found) if not duty.waiting]
