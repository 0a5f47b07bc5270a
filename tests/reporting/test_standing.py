"""How a target stands at the end of a year: one answer on every page, in every file and in every duty."""

import csv
import io
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import scope
from core.tables import csv_text
from groups.roles import RoleCode
from reporting.models import Progress, Report, ReportingYear, TargetStatus
from reporting.publication import snapshot
from reporting.publication.document import Publication
from reporting.reports.queries import target_rows
from reporting.standing import entries_known_at, has_final_status, standing_at
from reporting.summary import summaries
from reporting.targets import exports
from reporting.targets.cycle import cycle_state
from reporting.targets.duties import duties_in
from reporting.targets.queries import next_target, target_table
from tests.reporting import sets

YEARS = (2026, 2027, 2028, 2029)
FINAL = {"achieved", "deleted"}
entries = st.dictionaries(
    st.sampled_from(YEARS), st.sampled_from(["not-initiated", "on-track", "behind", *sorted(FINAL)])
)


def at(found, year):
    return standing_at(found, year, FINAL.__contains__)


@given(entries, st.sampled_from(YEARS))
def test_an_entry_of_the_year_says_how_the_target_stands(found, year):
    if year in found:
        assert at(found, year).known == found[year]


@given(entries, st.sampled_from(YEARS))
def test_a_final_status_holds_until_a_later_entry_corrects_it(found, year):
    before = [one for one in sorted(found) if one < year]
    if year not in found and before:
        last = found[before[-1]]
        assert at(found, year).known == (last if last in FINAL else None)
        assert at(found, year).entry == last


@given(entries, st.sampled_from(YEARS))
def test_later_entries_do_not_change_how_a_target_stood(found, year):
    earlier = {one: status for one, status in found.items() if one <= year}
    assert at(found, year) == at(earlier, year)


@pytest.fixture
def targets(group, cast):
    """Five targets: achieved in 2026, corrected in 2027, given up in 2026, on track in 2026, never recorded."""
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    histories = [
        {2026: "achieved"},
        {2026: "achieved", 2027: "behind"},
        {2026: "deleted"},
        {2026: "on-track"},
        {},
    ]
    made = []
    for number, history in enumerate(histories, 1):
        target = sets.make_target(target_set, number, quantity=12, due_year=2029)
        for year, status in history.items():
            sets.make_progress(target, cast["RL"], year, status, quantity=12 if status == "achieved" else 3)
        made.append(target)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_the_query_finds_the_same_entries_as_the_function(group, targets, year):
    with scope.group_scope(group):
        by_target = {
            target.pk: {one.year: one for one in target.progress.select_related("status")}
            for target in targets
        }
        expected = {
            known.pk
            for found in by_target.values()
            if (known := standing_at(found, year, has_final_status).known)
        }
        assert set(entries_known_at(year).values_list("pk", flat=True)) == expected


@pytest.mark.django_db
def test_every_page_file_and_duty_says_the_same_about_the_end_of_2027(group, cast, targets):
    """T-001 was achieved in 2026 and has no entry for 2027. It is achieved at the end of 2027 too."""
    day = date(2028, 1, 10)  # the 2027 report is being written
    year = ReportingYear.objects.select_related("quadrennium", "template").get(pk=2027)
    sets.make_report(group, cast["LE"], cast["CA"], state="draft", year=2027)
    with scope.group_scope(group):
        table = target_table(group, sets.period(), day)
        listed = target_rows(group, year)
        report = Report.objects.select_related("reporting_year", "template", "group").get(reporting_year=2027)
        summary = summaries([group], day)[group.pk]
        duties = [
            one
            for one in duties_in(summary, {RoleCode.LEADER: (cast["LE"].pk,)})
            if one.key.startswith("progress")
        ]
        published = Publication(snapshot.freeze(report, day))
        rows = list(csv.DictReader(io.StringIO(csv_text(exports.target_rows(table)).lstrip("\ufeff"))))
        statuses = {one.pk: str(one) for one in TargetStatus.objects.all()}
        open_ones = next_target(targets[0], 2027)

    expected = ["achieved", "behind", "deleted", None, None]
    assert [row.known.status_id if row.known else None for row in listed] == expected
    words = [statuses[one] if one else "No entry" for one in expected]
    assert [line.status_name for line in published.targets] == words
    assert [row[-1] for row in published.table] == words
    assert [row["2027 status"] for row in rows] == [statuses[one] if one else "" for one in expected]
    assert [row.target.code for row in table.left] == ["T-004", "T-005"]
    assert open_ones == targets[3]
    assert (summary.latest_set.recorded, summary.latest_set.targets) == (3, 5)
    assert published.achieved == 1
    assert [one.state_text for one in duties] == ["3 of 5 targets"]


@pytest.mark.django_db
def test_an_achieved_target_stays_in_the_total_of_every_later_year(group, cast):
    """Reached in 2026, nothing recorded since: "1 of 1" in each later report, as on the public page."""
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    target = sets.make_target(target_set, 1, quantity=12)
    sets.make_progress(target, cast["RL"], 2026, "achieved", quantity=12)
    totals = []
    for year in YEARS:
        sets.make_report(group, cast["LE"], cast["CA"], state="accepted", year=year)
        with scope.group_scope(group), translation.override("en"):
            report = Report.objects.select_related("reporting_year", "template", "group").get(
                reporting_year=year
            )
            published = Publication(snapshot.freeze(report, date(2030, 1, 1)))
            (line,) = published.targets
            totals.append((published.achieved, line.status_name, line.reached, line.note))
    assert totals == [(1, "Achieved", "12", ""), *[(1, "Achieved", "12", "Achieved in 2026")] * 3]
    with scope.group_scope(group):
        cycle = cycle_state(group, date(2029, 12, 1))
    assert cycle is not None
    assert [part.achieved for part in cycle.parts] == [1, 0, 0, 0, 0]


@pytest.mark.django_db
def test_a_status_that_is_not_final_says_nothing_about_a_later_year(group, targets):
    with scope.group_scope(group):
        assert not entries_known_at(2028).filter(target=targets[3]).exists()
        assert Progress.objects.filter(target=targets[3]).exists()
