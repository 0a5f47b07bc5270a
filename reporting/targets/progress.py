"""Recording the progress on a target in a year; several people of a group do this at the same time."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from core.errors import Conflict
from groups.roles import Permission
from reporting.errors import ProgressLocked, WrongTarget
from reporting.models import Progress, Report, Target, TargetStatus
from reporting.targets.access import why_not_record
from reporting.targets.actions import require


@transaction.atomic
def record_progress(
    *,
    target: Target,
    year: int,
    by: User,
    status: TargetStatus,
    quantity: Decimal | None = None,
    text: str = "",
    version: int = 0,
) -> Progress:
    """Record the status of a target at the end of a year. `version` is the entry that the person saw, 0 for none.

    Saving the same entry again changes nothing, so a double click is harmless. The report of the year is locked
    as well, so that no entry changes while the report is being sent. Raises Conflict with both texts when
    another person saved first; NotAllowed, ProgressLocked, WrongTarget. Source: guidelines 8.1.1.
    """
    require(by, Permission.RECORD_PROGRESS, target.group_id)
    if quantity is not None and quantity < 0:
        raise WrongTarget(_("Enter a figure of 0 or more."))
    with audit.context(by=by):
        # Every act locks the report before the target, so that two acts never wait for each other.
        report = Report.objects.select_for_update(of=("self",)).filter(reporting_year=year).first()
        target = (
            Target.objects.select_for_update(of=("self",))
            .select_related("target_set__quadrennium")
            .get(pk=target.pk)
        )
        if reason := why_not_record(target, year, report.state if report else None, clock.today()):
            raise ProgressLocked(reason)
        entry = Progress.objects.filter(target=target, year=year).first()
        if entry and (entry.status_id, entry.quantity, entry.text) == (status.pk, quantity, text):
            return entry
        if version != (entry.version if entry else 0):
            raise Conflict(
                _(
                    "Somebody else recorded progress on this target while you were writing. Nothing of yours is lost."
                ),
                theirs=_as_words(entry.status_id, entry.quantity, entry.text) if entry else {},
                yours=_as_words(status.pk, quantity, text),
            )
        entry = entry or Progress(group_id=target.group_id, target=target, year=year, version=0)
        entry.status = status
        entry.quantity = quantity
        entry.text = text
        entry.recorded_by = by
        entry.recorded_at = clock.now()
        entry.version += 1
        entry.save()
        audit.record(
            "reporting.progress_recorded",
            by=by,
            about=entry,
            group=target.group_id,
            code=target.code,
            year=year,
        )
    return entry


def _as_words(status: str, quantity: Decimal | None, text: str) -> dict[str, str]:
    return {"status": status, "quantity": "" if quantity is None else str(quantity), "text": text}
