"""Who changed what in targets and progress, read from the row history."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.models import User
from reporting.figures import plain
from reporting.models import Target


@dataclass(frozen=True)
class Change:
    """One line of a history, in the shape the timeline draws."""

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
    word, figure = statuses.get(row["status_id"], row["status_id"]), plain(row["quantity"])
    return _("%(status)s, %(figure)s so far") % {"status": word, "figure": figure} if figure else word


TARGET_FIELDS = (
    "text",
    "indicator",
    "baseline",
    "quantity",
    "due_year",
    "component_id",
    "subcategory_id",
    "key_result_id",
)


def target_history(target: Target) -> list[Change]:
    """Who changed what in a target, newest first, from the row history; two queries."""
    rows = list(
        apps.get_model("reporting", "TargetEvent")
        .objects.filter(group_id=target.group_id, pgh_obj_id=target.pk)
        .order_by("pgh_id")
        .values("pgh_created_at", "pgh_context", "dropped_at", "dropped_why", *TARGET_FIELDS)
    )
    names = _names({row["pgh_context"]["user"] for row in rows if (row["pgh_context"] or {}).get("user")})
    found = []
    before: dict[str, Any] | None = None
    for row in rows:
        who = names.get((row["pgh_context"] or {}).get("user"), _("The portal"))
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
        for name in TARGET_FIELDS if before else ():
            if before and row[name] != before[name]:
                label = Target._meta.get_field(name.removesuffix("_id")).verbose_name
                found.append(
                    Change(
                        row["pgh_created_at"],
                        who,
                        _("changed: %(field)s.") % {"field": label},
                        old=_as_text(before[name]),
                        new=_as_text(row[name]),
                    )
                )
        before = row
    return found[::-1]


def _as_text(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def _names(ids: set[int]) -> dict[int, str]:
    return {person.pk: person.name for person in User.objects.filter(pk__in=ids)} if ids else {}
