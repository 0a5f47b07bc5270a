"""The office's figures: they add up, and people see only the groups that their role allows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.sorting import Sort
from groups.access import roles_of
from groups.models import Group
from office import present, queries
from office.queries import count, network
from reporting.network import (
    IN_TIME,
    OVERDUE,
    REPORTS,
    TOGETHER,
    Filters,
    Row,
    report_rows,
    reporting_years,
    supporters_in,
)
from reporting.states import ReportStage
from reporting.summary import OWED, ReportStanding
from tests.office.conftest import report

DAY = date(2026, 3, 6)
RECEIVED = (ReportStage.SUBMITTED, ReportStage.ACCEPTED)


def row_of(stage, overdue=False, number=1, name="", subcategory=""):
    group = Group(
        pk=number, name=name or f"Group {number}", category_id="specialist-group", subcategory=subcategory
    )
    group.derive()
    sent = datetime(2026, 3, 1, tzinfo=UTC) if stage in RECEIVED else None
    report = ReportStanding(stage, DAY, overdue and stage in OWED, 0, 9, submitted_at=sent)
    return Row(group, (2025,), report)


rows_of_groups = st.lists(
    st.builds(row_of, st.sampled_from(list(ReportStage)), st.booleans(), st.integers(1, 99))
)


@settings(deadline=None)
@given(rows_of_groups)
def test_the_parts_of_the_bar_and_the_states_both_add_up_to_all_groups(rows):
    c = count(rows)
    assert c.none + c.draft + c.submitted + c.returned + c.accepted == c.of == len(rows)
    assert c.accepted + c.submitted + c.returned_in_time + c.owed_in_time + c.overdue == c.of
    assert min(c.owed_in_time, c.returned_in_time, c.overdue) >= 0
    assert c.received == sum(row.standing.stage in RECEIVED for row in rows)


@settings(deadline=None)
@given(
    rows_of_groups,
    st.sampled_from(["", *ReportStage, *TOGETHER]),
    st.sampled_from(["", OVERDUE, IN_TIME]),
)
def test_filters_keep_exactly_what_fits(rows, state, overdue):
    kept = [row for row in rows if Filters(state=state, overdue=overdue).keep(row)]
    assert kept == [
        row
        for row in rows
        if (not state or row.standing.stage in TOGETHER.get(state, [state]))
        and (not overdue or row.standing.overdue == (overdue == OVERDUE))
    ]


@settings(deadline=None)
@given(rows_of_groups, st.sampled_from(sorted(REPORTS.sorts)))
def test_every_order_keeps_all_rows_and_puts_unknown_values_last(rows, name):
    def ordered(descending):
        return Filters(sort=Sort(name, descending)).fitting(rows, REPORTS)

    key = REPORTS.sorts[name]
    for found in (ordered(False), ordered(True)):
        assert sorted(map(id, found)) == sorted(map(id, rows))
        keys = [key(row) for row in found]
        assert None not in keys[: len(keys) - keys.count(None)]
    given_keys = [key(row) for row in ordered(False) if key(row) is not None]
    assert given_keys == sorted(given_keys)
    assert [key(row) for row in ordered(True) if key(row) is not None] == given_keys[::-1]


def test_the_search_ignores_accents_and_case_and_wants_every_word():
    row = row_of(ReportStage.DRAFT, name="Médan Órchid Specialist Group")
    kept = {words: Filters(words=words).keep(row) for words in ("medan", "ORCHID group", "", "orchid otter")}
    assert kept == {"medan": True, "ORCHID group": True, "": True, "orchid otter": False}


@pytest.mark.django_db
def test_network_support_sees_the_assigned_groups_only(cast, group, other_group, year):
    for code, expected in {"CS": 2, "SC": 2, "NS": 1}.items():
        grid = network(roles_of(cast[code]), year, clock.today())
        assert grid.counts.of == expected, code
    rows = report_rows(roles_of(cast["NS"]), [year], clock.today())
    assert [row.group for row in rows] == [group]
    assert supporters_in(rows) == [(cast["NS"].pk, cast["NS"].name)]


def waiting(grid, reader):
    """What the reader is told to wait: whose it is, and whether it is with the reader."""
    rows = present.waiting_rows(grid, roles_of(reader), reader.pk, clock.today())
    return [(group["text"], who["text"] == "You") for _what, group, who, _since in rows]


@pytest.mark.django_db
def test_what_waits_longest_stands_first_and_says_whose_it_is(cast, group, other_group, year):
    report(other_group, year, "submitted", by=cast.other["LE"], days_ago=20)
    report(group, year, "submitted", by=cast["LE"], days_ago=3)
    grid = network(roles_of(cast["NS"]), year, clock.today())
    assert waiting(grid, cast["NS"]) == [(group.name, True)]
    grid = network(roles_of(cast["CS"]), year, clock.today())
    assert waiting(grid, cast["CS"]) == [(other_group.name, False), (group.name, False)]


@pytest.mark.django_db
def test_years_are_offered_once_their_reports_have_opened(year):
    opened = year.opens_on
    assert reporting_years(opened)[0] == year
    assert year not in reporting_years(opened - timedelta(days=1))


def test_the_chart_counts_every_group_once_by_what_it_looks_after():
    rows = [
        row_of(ReportStage.ACCEPTED, number=1, subcategory="Mammals"),
        row_of(ReportStage.DRAFT, overdue=True, number=2, subcategory="Mammals"),
        row_of(ReportStage.SUBMITTED, number=3, subcategory="Amphibians"),
        row_of(ReportStage.SUBMITTED, number=4, subcategory="Reptiles"),
        row_of(ReportStage.NOT_STARTED, number=5, subcategory="Anything else"),
        row_of(ReportStage.SUBMITTED, number=6, subcategory="Reptiles"),
    ]
    found = queries._by_section(rows)
    assert [(name, counts.of, counts.submitted, counts.overdue) for name, counts in found] == [
        ("Reptiles, amphibians", 3, 3, 0),
        ("Mammals", 2, 0, 1),
        ("Cross-cutting, national", 1, 0, 0),
    ]
