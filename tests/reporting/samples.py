"""Sample objects of this app for the test of every route, made in the group of the address."""

from typing import Any

from reporting.states import TargetSetState
from tests.reporting import samples_reports, sets

YEARS = {"first": 2026, "last": 2029}


def _period(group: Any, cast: Any) -> dict[str, Any]:
    """A period whose targets are still being written."""
    sets.make_target(sets.make_set(group), 1)
    return dict(YEARS)


def _submitted(group: Any, cast: Any) -> dict[str, Any]:
    """A period whose targets wait for the office."""
    moment = sets.clock.now()
    target_set = sets.make_set(
        group, state=TargetSetState.SUBMITTED, submitted_by=_leader(group, cast), submitted_at=moment
    )
    sets.make_target(target_set, 1)
    return {**YEARS, "_data": {"outcome": "agree", "word": "", "version": 1}}


def _target(group: Any, cast: Any) -> dict[str, Any]:
    """A target that is still being written."""
    return {"target": sets.make_target(sets.make_set(group), 1).pk}


def _progress(group: Any, cast: Any) -> dict[str, Any]:
    """A target of the year at work."""
    return {
        **_target(group, cast),
        "year": sets.NOW,
        "_data": {"status": "on-track", "quantity": "3", "text": "", "version": "0"},
    }


def _leader(group: Any, cast: Any) -> Any:
    return cast["LE"] if group.slug == "cat" else cast.other["LE"]


ANSWERS = {
    "text": "Reassess 12 species",
    "pair": "assess:red-list",
    "due_year": "2029",
    "quantity": "12",
    "indicator": "",
    "baseline": "",
    "key_result": "",
    "version": "1",
}

SAMPLES = {
    "reporting:target-list": _period,
    "reporting:target-export": _period,
    "reporting:target-add": lambda group, cast: {**YEARS, "_data": ANSWERS},
    "reporting:target-send": lambda group, cast: {**_period(group, cast), "_data": {"version": "1"}},
    "reporting:target-review": _submitted,
    "reporting:target-detail": _target,
    "reporting:target-edit": lambda group, cast: {**_target(group, cast), "_data": ANSWERS},
    "reporting:target-drop": lambda group, cast: {**_target(group, cast), "_data": {"why": "Closed to us"}},
    "reporting:progress-edit": _progress,
}
SAMPLES |= samples_reports.SAMPLES
