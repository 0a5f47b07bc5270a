"""Why targets and progress may not be changed or decided, each as a sentence; None when they may."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.models import AuditEntry
from groups.models import Group, Quadrennium
from reporting.models import Target, TargetSet
from reporting.states import ReportState, TargetSetState

if TYPE_CHECKING:
    from accounts.models import User
    from groups.access import PersonRoles

Reason = str | None

# Acts that change the content of a set of targets. A person who did one of them may not decide about the set.
TARGET_EDITS = ("reporting.target_added", "reporting.target_changed", "reporting.target_dropped")


def why_no_targets(group: Group) -> Reason:
    """Why the group sets no targets; None when it does. Centers for Species Survival are partners, not groups.

    Groups that report each year set targets (guidelines 8.1).
    """
    if group.category.reports_annually:
        return None
    return _("%(kind)s: partners of the Chair’s Office set no targets and write no annual report.") % {
        "kind": group.category
    }


def why_not_edit_targets(target_set: TargetSet | None, period: Quadrennium, day: date) -> Reason:
    """Why targets of the period cannot be added or changed; None when they can. The set may not exist yet."""
    if day > period.ends_on:
        return _("The quadrennium %(period)s is over, so its targets no longer change.") % {
            "period": period.label
        }
    if target_set is None or target_set.is_editable:
        return None
    if target_set.state == TargetSetState.SUBMITTED:
        return _("These targets are with the Chair’s Office. You can change them again if they come back.")
    return _("These targets are agreed with the Chair’s Office and no longer change.")


def why_not_edit_target(target: Target, day: date) -> Reason:
    """Why one target cannot be changed or dropped; None when it can."""
    if target.dropped_at is not None:
        return _("This target was dropped. Add a new one instead.")
    return why_not_edit_targets(target.target_set, target.target_set.quadrennium, day)


def why_not_record(target: Target, year: int, report_state: str | None, day: date) -> Reason:
    """Why progress of a year cannot be recorded on the target; None when it can.

    `report_state` is the state of the group's report of that year, None before the group begins it. Progress
    does not change while the office reviews the report, nor after it accepted the report (guidelines 8.1).
    """
    if target.dropped_at is not None:
        return _("This target was dropped, so no progress is recorded on it.")
    return why_not_record_year(target.target_set.quadrennium, year, report_state, day)


def why_not_record_year(period: Quadrennium, year: int, report_state: str | None, day: date) -> Reason:
    """Why progress of a year cannot be recorded on any target of the period; see `why_not_record`."""
    if year not in period.years:
        return _("%(year)d is not part of the quadrennium %(period)s.") % {
            "year": year,
            "period": period.label,
        }
    if year > day.year:
        return _("%(year)d has not begun. Progress can be recorded from 1 January of that year.") % {
            "year": year
        }
    if report_state == ReportState.ACCEPTED:
        return _("The %(year)d report is accepted and published, so its progress no longer changes.") % {
            "year": year
        }
    if report_state == ReportState.SUBMITTED:
        return _(
            "The %(year)d report is with the Chair’s Office. Progress can change again if it comes back."
        ) % {"year": year}
    return None


def why_not_decide_targets(target_set: TargetSet, person: User, held: PersonRoles) -> Reason:
    """Why the person may not decide about these targets: they sent or changed them, or hold an office in the group."""
    if target_set.submitted_by_id == person.pk:
        return _("You sent these targets yourself. Somebody else of the Chair’s Office decides about them.")
    if held.works_for(target_set.group_id):
        return _(
            "You hold an office in this group. Somebody else of the Chair’s Office decides about its targets."
        )
    targets = target_set.targets.order_by().values("pk")
    edits = AuditEntry.objects.filter(
        about_type=Target._meta.label_lower, about_id__in=targets, verb__in=TARGET_EDITS, by=person
    )
    if edits.exists():
        return _(
            "You changed these targets yourself. Somebody else of the Chair’s Office decides about them."
        )
    return None
