"""The parts of the cycle appear in their fixed order, also after PostgreSQL has reordered the JSON keys."""

from reporting.models import Component
from reporting.publication.document import Publication
from tests.reporting import written


def test_the_cycle_keeps_its_order_through_the_database(group, cast):
    report = written.publish(group, cast["LE"], cast["CS"])
    publication = Publication(written.latest(report).content)
    listed = [line.component for line in publication.cycle]
    assert listed == ["assess", "plan", "act", "network", "communicate"]
    assert listed == list(Component.objects.values_list("code", flat=True))
