"""Write the demo network in one transaction. The same seed and day give the same rows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from django.db import connection, transaction

from core import audit, clock, scope
from demo import enrolment, network, people, reports, targets, terms
from groups.models import Group, Quadrennium


def is_empty() -> bool:
    """Return whether the database has no group yet."""
    return not Group.objects.exists()


@transaction.atomic
def seed(
    *,
    groups: int | None,
    members: int,
    number: int,
    stage: str,
    with_personas: bool,
    tell: Callable[[str], None],
) -> None:
    """Write the network: this number of `groups` (None for all) and `members`, at a stage of the year.

    The database must contain the reference data and nothing else. All rows are written, or none.
    """
    today = clock.today()
    with scope.write_everywhere("seed"), audit.context(channel="command"):
        tell("People")
        crowd = people.make_crowd(Random(f"people {number}"), members, today, with_personas=with_personas)
        periods = {period.label: period for period in Quadrennium.objects.order_by("starts_on")}
        world = network.World(Random(f"network {number}"), today, stage, crowd, periods)
        tell("Groups and offices")
        network.make_groups(world, groups)
        network.deal_seats(world)
        terms.fill_offices(world)
        terms.publish_contacts(world)
        tell("Memberships and handshakes")
        enrolment.enrol(world)
        tell("Targets and progress")
        reports.set_years(world)
        records = targets.write_targets(world)
        tell("Reports")
        reports.write_reports(world, records)
    with connection.cursor() as cursor:
        # Check deferred keys now, so that an error names its key and does not appear at the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
