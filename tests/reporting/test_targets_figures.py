"""Figures of targets: shares, percents, the cycle, the export."""

import csv
import io
from collections import Counter
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import clock, scope
from core.tables import STARTS_FORMULA, csv_text, inert
from reporting.states import ReportState
from reporting.targets import exports
from reporting.targets.cycle import cycle_state, part_of, public_cycle_state, public_targets
from reporting.targets.figures import mean_percent, plain_number, share_reached
from reporting.targets.queries import target_table
from tests.reporting import sets

amounts = st.none() | st.decimals(min_value=0, max_value=10**9, places=2)


@given(amounts, amounts, st.booleans())
def test_a_share_lies_between_nothing_and_all(quantity, reached, achieved):
    share = share_reached(quantity, reached, achieved=achieved)
    assert 0 <= share <= 100
    if achieved:
        assert share == 100
    elif not quantity or reached is None:
        assert share == 0
    else:
        assert (
            share == min(100, int(Decimal(100) * reached / quantity))
            or abs(share - Decimal(100) * reached / quantity) <= 1
        )
        assert (share == 100) == (reached >= quantity)


@given(st.lists(st.integers(0, 100), max_size=30))
def test_the_mean_says_all_only_when_all_is_reached(shares):
    percent = mean_percent(shares)
    assert 0 <= percent <= 100
    assert (percent == 100) == (bool(shares) and set(shares) == {100})
    if shares:
        assert abs(percent - sum(shares) / len(shares)) < 1


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        ("12.00", "en", "12"),
        ("12.50", "en", "12.5"),
        ("12.50", "fr", "12,5"),
        ("100.00", "es", "100"),
        ("0.00", "en", "0"),
    ],
)
def test_figures_are_written_as_people_write_them(value, language, text):
    with translation.override(language):
        assert plain_number(Decimal(value)) == text


def a_mixed_set(group, cast):
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CS"])
    data = [
        ("assess", "red-list", 12, "on-track", 6),
        ("assess", "red-list", 4, "achieved", 4),
        ("plan", "planning", None, "behind", None),
        ("act", "technical-advice", 3, None, None),
    ]
    for number, (component, subcategory, quantity, status, reached) in enumerate(data, 1):
        target = sets.make_target(
            target_set,
            number,
            component=component,
            subcategory=subcategory,
            text=f"=target {number}",
            quantity=None if quantity is None else Decimal(quantity),
        )
        if status:
            amount = None if reached is None else Decimal(reached)
            sets.make_progress(target, cast["PO"], status=status, quantity=amount, text="+cmd")
    return target_set


def parts_of(table):
    """The cycle, counted from the rows of the table."""
    return [
        part_of(
            block.component,
            [
                (row.share, row.latest is not None and row.latest.status.is_achieved, row.kind)
                for row in block.rows
                if row.target.dropped_at is None
            ],
        )
        for block in table.blocks
    ]


@pytest.mark.django_db
def test_the_cycle_of_panel_and_table_are_the_same_and_equal_naive_sums(group, cast):
    a_mixed_set(group, cast)
    with scope.group_scope(group):
        cycle = cycle_state(group, clock.today())
        table = target_table(group, sets.period())
        assert list(cycle.parts) == parts_of(table)
    found = {part.key: (part.targets, part.achieved, part.behind, part.percent) for part in cycle.parts}
    assert found == {
        "assess": (2, 1, 0, 75),
        "plan": (1, 0, 1, 0),
        "act": (1, 0, 0, 0),
        "network": (0, 0, 0, 0),
        "communicate": (0, 0, 0, 0),
    }
    assert [part.text for part in cycle.parts[:4]] == [
        "2 targets: 1 achieved",
        "1 target: 1 behind",
        "1 target",
        "No targets",
    ]


@pytest.mark.django_db
def test_the_public_sees_progress_of_accepted_reports_only(group, cast):
    a_mixed_set(group, cast)
    with scope.group_scope(group):
        before = Counter(one.word for _part, rows in public_targets(group)[0].blocks for one in rows)
        assert before == {"No accepted report yet": 4}
        unseen = public_cycle_state(group, clock.today())
        assert unseen is not None
        assert sum(part.percent for part in unseen.parts) == 0
        sets.make_report(group, cast["LE"], cast["CS"], state=ReportState.ACCEPTED)
        after = Counter(one.word for _part, rows in public_targets(group)[0].blocks for one in rows)
        assert after == {"On track": 1, "Achieved": 1, "Behind": 1, "No accepted report yet": 1}
        assert [part.percent for part in public_cycle_state(group, clock.today()).parts] == [75, 0, 0, 0, 0]


@pytest.mark.django_db
def test_targets_that_are_not_agreed_are_not_public(group, cast):
    sets.make_target(sets.make_set(group), 1)
    with scope.group_scope(group):
        assert public_targets(group) == []
        assert public_cycle_state(group, clock.today()) is None
        inside = cycle_state(group, clock.today())
        assert inside is not None
        assert sum(part.targets for part in inside.parts) == 1


@pytest.mark.django_db
def test_the_export_says_what_the_page_says_and_starts_no_formula(group, cast):
    a_mixed_set(group, cast)
    with scope.group_scope(group):
        table = target_table(group, sets.period())
        rows = list(csv.reader(io.StringIO(csv_text(exports.target_rows(table)).lstrip("\ufeff"))))
    assert len({len(row) for row in rows}) == 1
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [(one["Code"], one["Target"], one["2026 so far"], one["Overall"]) for one in records] == [
        ("T-001", "'=target 1", "6", "6 of 12"),
        ("T-002", "'=target 2", "4", "Achieved"),
        ("T-003", "'=target 3", "", "Behind"),
        ("T-004", "'=target 4", "", "Not begun"),
    ]
    assert {one["2026 what was done"] for one in records} == {"'+cmd", ""}


@given(st.text(max_size=20))
def test_no_text_becomes_a_formula(text):
    cell = inert(text)
    assert cell.endswith(text)
    assert not cell.lstrip(" ").startswith(STARTS_FORMULA)
