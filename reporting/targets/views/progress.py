"""The page on which people of a group record the progress of a year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import Conflict, DomainError
from core.forms import over_version
from core.kept import refused, restored
from core.once import acts_once
from groups.access import GroupRequest, group_page
from groups.models import Group
from groups.roles import Permission
from reporting.models import Progress, TargetStatus
from reporting.targets import history
from reporting.targets import queries as targets
from reporting.targets.access import why_not_record
from reporting.targets.figures import plain_number
from reporting.targets.forms import ProgressForm
from reporting.targets.progress import record_progress
from reporting.targets.views.lists import list_url, target_or_404


@group_page(Permission.RECORD_PROGRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once(saves=True)
def progress_edit(request: GroupRequest, group: Group, target: int, year: int) -> HttpResponse:
    """Record or change the progress of one target in one year. If another person saved first, show both texts."""
    found = target_or_404(group, target)
    if year not in found.target_set.quadrennium.years:
        raise Http404
    row = targets.target_row(found, clock.today())
    if reason := why_not_record(found, year, targets.report_state(group, year), clock.today()):
        return refused(request, reason, found)
    entries = {cell.year: cell.entry for cell in row.cells if cell.entry}
    entry = entries.get(year)
    earlier = [entries[one] for one in sorted(entries, reverse=True) if one < year]
    figure = next(
        ((one.year, plain_number(one.quantity)) for one in earlier if one.quantity is not None), None
    )
    options: dict[str, Any] = {"target": found, "year": year, "before": figure}
    form = restored(request, ProgressForm(request.POST or None, initial=_initial(entry), **options))
    status, differences = 200, []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            record_progress(
                target=found,
                year=year,
                by=request.user,
                status=data["status"],
                quantity=data["quantity"],
                text=data["text"],
                version=data["version"],
            )
        except Conflict as conflict:
            # No entry: the form named a version that never was.
            entry = Progress.objects.filter(target=found, year=year).first()
            differences = _differences(form, conflict)
            form = ProgressForm(over_version(request.POST, entry.version if entry else 0), **options)
            form.add_error(None, str(conflict))
            status = conflict.status
        except DomainError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            return _saved(request, group, found, year)
    words = {one.pk: str(one) for one in TargetStatus.objects.all()}
    return render(
        request,
        "reporting/progress_form.html",
        {
            "group": group,
            "form": form,
            "target": found,
            "year": year,
            "earlier": [_event(one, found) for one in earlier],
            "bars": targets.bars(row),
            "history": history.progress_history(found, year, words),
            "differences": differences,
            "saved_entry": entry,
            "back_url": list_url(group, found.target_set.quadrennium),
        },
        status=status,
    )


def _initial(entry: Progress | None) -> dict[str, Any]:
    if entry is None:
        return {"version": 0}
    return {
        "status": entry.status_id,
        "quantity": plain_number(entry.quantity),
        "text": entry.text,
        "version": entry.version,
    }


def _event(entry: Progress, target: Any) -> dict[str, Any]:
    """An earlier year as a line of the timeline."""
    values = {
        "year": entry.year,
        "reached": plain_number(entry.quantity),
        "planned": plain_number(target.quantity),
    }
    if entry.quantity is None:
        when = _("%(year)d: %(status)s") % {**values, "status": entry.status}
    elif target.quantity is None:
        when = _("%(year)d: %(reached)s") % values
    else:
        when = _("%(year)d: %(reached)s of %(planned)s") % values
    return {"when": when, "text": entry.text or str(entry.status)}


def _differences(form: ProgressForm, conflict: Conflict) -> list[dict[str, str]]:
    """The differences between the two texts, as {label, theirs, yours} in words."""
    words = {one.pk: str(one) for one in TargetStatus.objects.all()}

    def shown(name: str, value: str) -> str:
        return words.get(value, value) if name == "status" else value

    return [
        {
            "label": str(form.fields[name].label),
            "theirs": shown(name, theirs),
            "yours": shown(name, conflict.yours.get(name, "")),
        }
        for name, theirs in conflict.theirs.items()
        if theirs != conflict.yours.get(name, "")
    ]


def _saved(request: HttpRequest, group: Group, target: Any, year: int) -> HttpResponse:
    """Redirect after saving: to the next target without an entry, or to the list."""
    following = targets.next_target(target, year) if "next" in request.POST else None
    if following is not None:
        messages.success(request, _("Saved. This is the next target that is left."))
        return redirect("reporting:progress-edit", group.slug, following.pk, year)
    messages.success(
        request, _("The %(year)d progress of %(code)s is saved.") % {"year": year, "code": target.code}
    )
    return redirect(list_url(group, target.target_set.quadrennium) + f"#{target.code}")
