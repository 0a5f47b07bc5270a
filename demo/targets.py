"""Write the targets of both periods of the demo network, and their progress for each year."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from demo import texts
from demo.network import Place, World
from demo.people import at, write
from demo.personas import GROUP
from groups.models import Quadrennium
from reporting.models import (
    CyclePair,
    KeyResult,
    Progress,
    Target,
    TargetSet,
)
from reporting.states import TargetSetState

# Pairs: (period, part, sub-category) that occur together. Results: the key results of a (period, part).
Pairs = set[tuple[int, str, str]]
Results = dict[tuple[int, str], list[KeyResult]]

PRESENT = 2026
STAGES = ("targets-open", "reporting-open", "renewal-open")
SET_SHARES = {
    "targets-open": {"draft": 35, "submitted": 25, "returned": 10, "agreed": 30},
    "reporting-open": {"draft": 5, "submitted": 5, "returned": 4, "agreed": 86},
    "renewal-open": {"draft": 8, "submitted": 8, "returned": 4, "agreed": 80},
}


@dataclass
class Records:
    """The rows that reports need: the targets of each place and period, and their progress."""

    sets: dict[tuple[int, str], TargetSet] = field(default_factory=dict)
    targets: dict[tuple[int, str], list[Target]] = field(default_factory=dict)
    progress: dict[int, list[Progress]] = field(default_factory=dict)


def reporting_places(world: World) -> list[Place]:
    """Return the groups that have to report."""
    return [place for place in world.places if place.group.category.reports_annually and place.seats]


def write_targets(world: World) -> Records:
    """Write target sets of both periods with about twelve targets each, and their progress. Return all rows."""
    records = Records()
    listed = CyclePair.objects.values_list("plan__quadrennium", "component", "subcategory")
    pairs: Pairs = set(listed)
    results: Results = {}
    for result in KeyResult.objects.select_related("plan"):
        results.setdefault((result.plan.quadrennium_id, result.component_id), []).append(result)
    for place in reporting_places(world):
        for label in ("2021–2025", "2026–2029"):
            period = world.periods[label]
            if place.closed and label == "2026–2029":
                continue
            row = _target_set(world, place, period)
            records.sets[place.group.pk, label] = row
            records.targets[place.group.pk, label] = _targets(world, place, row, period, pairs, results)
    write(list(records.sets.values()))
    write([target for few in records.targets.values() for target in few])
    statuses: list[Progress] = []
    for place in reporting_places(world):
        for (pk, label), few in records.targets.items():
            if pk == place.group.pk and records.sets[pk, label].state == TargetSetState.AGREED:
                for target in few:
                    rows = _progress(world, place, target, world.periods[label])
                    records.progress[target.pk] = rows
                    statuses += rows
    write(statuses)
    return records


def signers(world: World, place: Place, year: int) -> tuple[User, User]:
    """Return the person who sends for the group in a year, and the person who decides in the office."""
    leaders = (
        (place.leaders if year >= PRESENT else place.leaders_before) or place.leaders or place.leaders_before
    )
    assert place.support is not None
    return (leaders[0] if leaders else place.seats[0]), place.support


def _target_set(world: World, place: Place, period: Quadrennium) -> TargetSet:
    shares = SET_SHARES[world.stage]
    present = period.ends_on.year > PRESENT - 1
    state = world.random.choices(list(shares), weights=list(shares.values()))[0] if present else "agreed"
    if present and place.group.slug == GROUP:
        state = "draft" if world.stage == "targets-open" else "agreed"
    sender, office = signers(world, place, period.starts_on.year)
    row = TargetSet(group=place.group, quadrennium=period, state=state)
    if state in {"submitted", "returned", "agreed"}:
        sent = world.past(period.starts_on + timedelta(days=20), period.starts_on + timedelta(days=85))
        if state == "submitted" and present:
            sent = world.today - timedelta(days=world.random.randint(3, 25))
        row.submitted_at, row.submitted_by = at(sent), sender
        if state != "submitted":
            row.decided_at, row.decided_by = at(world.past(sent, sent + timedelta(days=25)), 17), office
        if state == "returned":
            row.word = "Please add a figure to the targets under Act, so that progress can be measured."
    return row


def _targets(
    world: World,
    place: Place,
    row: TargetSet,
    period: Quadrennium,
    pairs: set,
    results: dict[tuple[int, str], list[KeyResult]],
) -> list[Target]:
    random = world.random
    few = max(3, len(texts.MIX) + random.randint(-3, 3)) if len(place.seats) > 2 else 3
    parts = sorted(
        (random.choice(texts.MIX) for _n in range(few)),
        key=("assess", "plan", "act", "network", "communicate").index,
    )
    # A group with eight or more targets has targets of all five parts.
    for number, part in enumerate(dict.fromkeys(texts.MIX)):
        if few >= 8 and part not in parts:
            parts[number * few // 5] = part
    parts.sort(key=("assess", "plan", "act", "network", "communicate").index)
    found, used = [], set()
    for number, part in enumerate(parts, 1):
        fitting = [
            one
            for one in texts.PATTERNS
            if one.component == part and (period.pk, part, one.subcategory) in pairs
        ] or [one for one in texts.PATTERNS if one.component == part]
        fresh = [one for one in fitting if one.text not in used] or fitting
        pattern = random.choice(fresh)
        used.add(pattern.text)
        quantity = random.choice(pattern.quantities)
        found.append(
            Target(
                group=place.group,
                target_set=row,
                number=number,
                component_id=part,
                subcategory_id=pattern.subcategory,
                key_result=random.choice(results[period.pk, part]) if (period.pk, part) in results else None,
                text=texts.fill(pattern.text, place.focus, random, quantity),
                indicator=pattern.indicator,
                baseline=pattern.baseline,
                quantity=Decimal(quantity),
                due_year=random.choice(
                    (period.years[-1], period.years[-1], period.years[-2], period.years[1])
                ),
            )
        )
    return found


def _progress(world: World, place: Place, target: Target, period: Quadrennium) -> list[Progress]:
    """Return one row for each year. Figures only grow. After a target is achieved or dropped, its status is final."""
    random = world.random
    writers = place.writers or place.seats[:1]
    fate = random.choices(("reached", "slow", "deleted"), weights=(70, 26, 4))[0]
    years = [year for year in period.years if year <= PRESENT]
    if place.closed:
        years = [year for year in years if year < 2023]
    rows: list[Progress] = []
    reached, goal = 0.0, float(target.quantity or 1)
    finished_in = random.randint(max(target.due_year - 1, period.years[0] + 1), period.years[-1])
    for year in years:
        if year == PRESENT and random.random() < (0.25 if world.stage == "reporting-open" else 0.6):
            continue  # progress is not recorded yet
        span = max(finished_in - period.years[0] + 1, 1)
        if fate == "deleted" and year >= period.years[0] + 2:
            status, text = "deleted", random.choice(texts.DROPPED)
        elif fate == "reached" and year >= finished_in:
            status, text, reached = "achieved", random.choice(texts.DONE), goal
        elif year == period.years[0] and random.random() < 0.3:
            status, text = "not-initiated", ""
        else:
            step = goal / span * random.uniform(0.5, 1.1) * (1 if fate == "reached" else 0.5)
            reached = min(reached + step, goal * 0.95)
            status = "behind" if fate == "slow" and random.random() < 0.7 else "on-track"
            text = random.choice(texts.SLOW if status == "behind" else texts.GOING)
        told = world.past(date(year, 10, 1), date(year + 1, 1, 20))
        rows.append(
            Progress(
                group=place.group,
                target=target,
                year=year,
                status_id=status,
                quantity=Decimal(int(reached)),
                text=texts.fill(text, place.focus, random),
                recorded_by=random.choice(writers),
                recorded_at=at(told),
            )
        )
        if status in {"deleted", "achieved"} and year != years[-1] and random.random() < 0.5:
            break
    return rows
