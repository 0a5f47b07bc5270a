"""Adds groups to the demo network, for `make bench`. Set Django up before you import this module."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import models, transaction

from accounts.models import User
from core import audit, clock, scope
from demo.owner import as_owner
from groups.models import Appointment, Group, Quadrennium
from members.models import Conditions, Membership
from reporting.models import Report, ReportingYear
from tools.signed_in import report_year

CHUNK = 1000


def _write(rows: Sequence[models.Model]) -> None:
    type(rows[0])._default_manager.bulk_create(rows, batch_size=CHUNK)


def grow(wanted: int) -> int:
    """Add groups until `wanted` groups are open. Returns the number of open groups.

    Each new group has its own leader, who is its only member, and a draft of this year's report. The models write
    the rows, so every column gets its default.
    """
    have = Group.objects.open().count()
    if wanted <= have:
        return have
    first_day = date(clock.today().year, 1, 1)
    period, conditions = Quadrennium.current(), Conditions.in_force()
    year = ReportingYear.objects.get(year=report_year())
    assert period is not None
    numbers = range(have + 1, wanted + 1)
    locked = make_password(None)  # no password fits; made once, because this takes long
    people = [
        User(
            email=f"leader.{number}@bench.example",
            given_name="Leader",
            family_name=f"Number {number}",
            password=locked,
        )
        for number in numbers
    ]
    groups = [
        Group(slug=f"bench-{number}", name=f"Bench {number} Specialist Group", category_id="specialist-group")
        for number in numbers
    ]
    for person in people:
        person.derive()
    for group in groups:
        group.derive()
    with (
        as_owner(),
        transaction.atomic(),
        scope.write_everywhere("seed"),
        audit.context(channel="command"),
    ):
        _write(people)
        _write(groups)
        pairs = list(zip(groups, people, strict=True))
        _write(
            [
                Appointment(group=group, person=person, office="chair", starts_on=first_day)
                for group, person in pairs
            ]
        )
        _write(
            [
                Membership(
                    group=group,
                    person=person,
                    quadrennium=period,
                    conditions=conditions,
                    starts_on=first_day,
                    ends_on=period.ends_on,
                )
                for group, person in pairs
            ]
        )
        _write([Report(group=group, reporting_year=year, template=year.template) for group in groups])
    return Group.objects.open().count()
