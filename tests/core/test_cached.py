"""Reference data is read once, and a process that changes it sees the change at once."""

from datetime import date

import pytest

from core.cached import cached_reference
from groups.models import Quadrennium


@pytest.fixture
def asked():
    return []


@pytest.fixture
def labels(asked, reference):
    @cached_reference("groups.Quadrennium")
    def labels():
        asked.append(1)
        return tuple(Quadrennium.objects.values_list("label", flat=True))

    return labels


def test_reference_data_is_asked_once(labels, asked):
    assert labels() == labels()
    assert len(asked) == 1


def test_a_saved_row_is_seen_at_once(labels):
    before = labels()
    Quadrennium.objects.create(label="2030–2033", starts_on=date(2030, 1, 1), ends_on=date(2033, 12, 31))
    assert labels() == (*before, "2030–2033")


def test_a_bulk_change_is_seen_at_once(labels):
    labels()
    Quadrennium.objects.filter(label="2026–2029").update(label="2026–2030")
    assert "2026–2030" in labels()


def test_after_its_time_it_is_asked_again(labels, asked, settings):
    labels()
    settings.REFERENCE_SECONDS = 0
    labels()
    assert len(asked) == 2


def test_the_present_quadrennium_costs_no_second_query(reference, django_assert_num_queries):
    assert Quadrennium.current(date(2026, 11, 22)).label == "2026–2029"
    with django_assert_num_queries(0):
        assert Quadrennium.current(date(2023, 1, 1)).label == "2021–2025"
        assert Quadrennium.current(date(1999, 1, 1)) is None
