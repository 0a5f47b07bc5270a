"""Who holds which role in which group, for duties and mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from accounts.models import User
from groups.models import Appointment, NetworkAppointment
from groups.roles import OFFICES


def holders(day: date, group_ids: Iterable[int] | None = None) -> dict[int, dict[str, tuple[int, ...]]]:
    """Ids of the people in office on the day: group, then role code. One query; needs a scope that sees the groups."""
    rows = Appointment.objects.on(day)
    if group_ids is not None:
        rows = rows.filter(group__in=list(group_ids))
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for group_id, office, person_id in rows.order_by().values_list("group_id", "office", "person_id"):
        found[group_id][OFFICES[office].role.code].add(person_id)
    return {
        pk: {code: tuple(sorted(people)) for code, people in codes.items()} for pk, codes in found.items()
    }


def network_holders(day: date, code: str) -> tuple[int, ...]:
    """Ids of the people who hold a role of the network on the day."""
    return tuple(
        NetworkAppointment.objects.on(day)
        .filter(role=code)
        .order_by("person_id")
        .values_list("person_id", flat=True)
    )


def people_with(codes: Iterable[str], day: date) -> list[User]:
    """People who hold one of the roles in the group in scope on the day, each once, by name."""
    rows = Appointment.objects.on(day).with_role(*codes).order_by().values("person")
    return list(User.objects.filter(pk__in=rows, is_active=True).order_by("sort_key"))
