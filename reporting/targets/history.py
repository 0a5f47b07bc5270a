"""Who changed what in targets and progress, read from the history rows that triggers write."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from reporting.models import Component, KeyResult, Subcategory, Target
from reporting.targets.figures import plain_number


@dataclass(frozen=True)
class Change:
    """One line of a history, in the form that the timeline component draws."""

    when: Any
    who: str
    text: str
    old: str = ""
    new: str = ""
    note: str = ""
    big: bool = False


def progress_history(target: Target, year: int, statuses: dict[str, str]) -> list[Change]:
    """Who wrote what on the target for the year, newest first, from the row history; two queries."""
    rows = list(
        apps.get_model("reporting", "ProgressEvent")
        .objects.filter(group_id=target.group_id, target_id=target.pk, year=year)
        .order_by("pgh_id")
        .values("pgh_created_at", "status_id", "quantity", "text", "recorded_by_id")
    )
    names = _names({row["recorded_by_id"] for row in rows})
    found = []
    before: dict[str, Any] | None = None
    for row in rows:
        found.append(
            Change(
                when=row["pgh_created_at"],
                who=names.get(row["recorded_by_id"], ""),
                text=_("recorded progress.") if before is None else _("changed the progress."),
                old=_summary(before, statuses) if before else "",
                new=_summary(row, statuses),
                note=row["text"] if before is None or before["text"] != row["text"] else "",
            )
        )
        before = row
    return found[::-1]


def _summary(row: dict[str, Any], statuses: dict[str, str]) -> str:
    word, figure = statuses.get(row["status_id"], row["status_id"]), plain_number(row["quantity"])
    return _("%(status)s, %(figure)s so far") % {"status": word, "figure": figure} if figure else word


# Columns of a target whose changes are shown, with their words.
LABELS = {
    "text": gettext_lazy("target"),
    "indicator": gettext_lazy("indicator"),
    "baseline": gettext_lazy("baseline"),
    "quantity": gettext_lazy("quantity"),
    "due_year": gettext_lazy("due year"),
    "component_id": gettext_lazy("part of the cycle"),
    "subcategory_id": gettext_lazy("sub-category"),
    "key_result_id": gettext_lazy("Key Species Result"),
}


def target_history(target: Target) -> list[Change]:
    """Who changed what in a target, newest first, from the row history; two queries."""
    rows = list(
        apps.get_model("reporting", "TargetEvent")
        .objects.filter(group_id=target.group_id, pgh_obj_id=target.pk)
        .order_by("pgh_id")
        .values("pgh_created_at", "pgh_context", "dropped_at", "dropped_why", *LABELS)
    )
    names = _names({row["pgh_context"]["user"] for row in rows if (row["pgh_context"] or {}).get("user")})
    words = _words(rows)
    found = []
    before: dict[str, Any] | None = None
    for row in rows:
        writer = (row["pgh_context"] or {}).get("user")
        who = names[writer] if writer in names else _("The portal")
        if before is None:
            found.append(
                Change(row["pgh_created_at"], who, _("added the target."), new=row["text"], big=True)
            )
        elif row["dropped_at"] and not before["dropped_at"]:
            found.append(
                Change(
                    row["pgh_created_at"], who, _("dropped the target."), note=row["dropped_why"], big=True
                )
            )
        for name in LABELS if before else ():
            if before and row[name] != before[name]:
                label = LABELS[name]
                found.append(
                    Change(
                        row["pgh_created_at"],
                        who,
                        _("changed: %(field)s.") % {"field": label},
                        old=_as_text(before[name], words.get(name, {})),
                        new=_as_text(row[name], words.get(name, {})),
                    )
                )
        before = row
    return found[::-1]


def _words(rows: list[dict[str, Any]]) -> dict[str, dict[Any, str]]:
    """The names of the codes in columns that changed; no query when no such column changed."""
    lists: dict[str, type[Component] | type[Subcategory] | type[KeyResult]] = {
        "component_id": Component,
        "subcategory_id": Subcategory,
        "key_result_id": KeyResult,
    }
    return {
        name: {one.pk: str(one) for one in model._default_manager.filter(pk__in={row[name] for row in rows})}
        for name, model in lists.items()
        if len({row[name] for row in rows}) > 1
    }


def _as_text(value: Any, words: dict[Any, str]) -> str:
    if value in words:
        return words[value]
    return plain_number(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def _names(ids: set[int]) -> dict[int, str]:
    return {person.pk: person.name for person in User.objects.filter(pk__in=ids)} if ids else {}
