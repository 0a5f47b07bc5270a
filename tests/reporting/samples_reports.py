"""Sample reports for the test of every route, made with the app's actions in the group of the address."""

from datetime import date
from typing import Any

from core import scope
from reporting.reports import actions as reports
from tests.reporting import written
from tests.reporting.written import YEAR

EXTENDED = {"to_0": "28", "to_1": "2", "to_2": "2027", "why": "Fieldwork until January"}


def _people(group: Any, cast: Any) -> Any:
    return cast.people if group.slug == "cat" else cast.other


def _begun(group: Any, cast: Any) -> dict[str, Any]:
    """A report with one section written."""
    written.write(group, "plan", _people(group, cast)["LE"])
    return {"year": YEAR}


def _section(group: Any, cast: Any) -> dict[str, Any]:
    """The section that belongs to the treasurer too."""
    return {
        **_begun(group, cast),
        "section": "money",
        "_data": {"text": "No money moved.", "version": "0", "is_complete": "on"},
    }


def _complete(group: Any, cast: Any) -> dict[str, Any]:
    """A report that can be sent."""
    written.write_all(group, _people(group, cast)["LE"])
    return {"year": YEAR, "_data": {"revision": ""}}


def _submitted(group: Any, cast: Any) -> dict[str, Any]:
    """A report that waits for the office."""
    report = written.submit(group, _people(group, cast)["LE"])
    last = written.latest(report)
    return {
        "year": YEAR,
        "_data": {
            "number": last.number,
            "sha256": last.sha256,
            "act": "return",
            "message": "More, please",
        },
    }


def _shared(group: Any, cast: Any) -> dict[str, Any]:
    """A member who may write until a day."""
    people = _people(group, cast)
    with scope.group_scope(group):
        grant = reports.share_report(
            group=group, year=written.year(), person=people["ME"], ends_on=date(2027, 1, 31), by=people["LE"]
        )
    return {"year": YEAR, "grant": grant.pk}


def _published(group: Any, cast: Any) -> dict[str, Any]:
    """A report that the office accepted."""
    written.publish(group, _people(group, cast)["LE"], cast["CA"])
    return {"year": YEAR}


def _shareable(group: Any, cast: Any) -> dict[str, Any]:
    person = _people(group, cast)["ME"].pk
    return {
        "year": YEAR,
        "_data": {"person": person, "ends_on_0": "31", "ends_on_1": "1", "ends_on_2": "2027"},
    }


SAMPLES = {
    "reporting:report-detail": lambda group, cast: {"year": YEAR},
    "reporting:report-section": _section,
    "reporting:report-preview": _begun,
    "reporting:report-send": _complete,
    "reporting:report-sent": _submitted,
    "reporting:report-share": _shareable,
    "reporting:report-unshare": _shared,
    "reporting:report-review": _submitted,
    "reporting:report-extend": lambda group, cast: {"year": YEAR, "_data": EXTENDED},
    "reporting:published-detail": _published,
    "reporting:published-pdf": _published,
    "reporting:published-figures": _published,
}
