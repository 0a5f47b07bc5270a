"""The page that shows who is in which office, and the pages on which a leader delegates or ends an office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.reauthentication import needs_reauthentication
from core import clock
from core.errors import DomainError
from core.kept import restored
from core.once import acts_once
from groups import actions, queries, roles
from groups.access import GroupRequest, group_page, request_roles
from groups.forms import DelegationForm, EndOfficeForm, asked_day
from groups.models import Appointment, Group
from groups.roles import Permission, RoleCode


def ordinal_term(number: int) -> str:
    """Return the number of a term in words, such as "second term"."""
    words = {1: _("first term"), 2: _("second term"), 3: _("third term"), 4: _("fourth term")}
    return words.get(number) or _("term %(number)s") % {"number": number}


def term_line(holder: queries.Holder) -> str:
    """Return a text that says since when, in which term and until when a person is in office."""
    since = date_format(holder.starts_on, "DATE_FORMAT")
    values = {"since": since, "term": ordinal_term(holder.term)}
    if holder.last_day is None:
        return _("Since %(since)s, without a last day") % values
    values["last"] = date_format(holder.last_day, "DATE_FORMAT")
    if holder.office in queries.COUNTED:
        return _("Since %(since)s, %(term)s, until %(last)s") % values
    return _("Since %(since)s, until %(last)s") % values


@group_page(Permission.VIEW_LEADERSHIP)
@require_safe
def leadership(request: GroupRequest, group: Group) -> HttpResponse:
    """Show the offices of the group as of today or of `?on=`, with past and coming terms."""
    day = asked_day(request)
    held = request_roles(request)
    offices = queries.leadership(group, day)
    today = day == clock.today()
    sees_support = held.may(Permission.VIEW_SUPPORT_CONTACT, group)
    may_appoint = held.may(Permission.APPOINT_OFFICE, group) and today and not group.is_closed
    fillable = roles.FILLED_BY_LEADER | {roles.DELEGATE}

    def shown(holders: list[queries.Holder]) -> list[queries.Holder]:
        """The staff work with the leaders: plain members do not see the contact at the office (guidelines 3.5)."""
        return [one for one in holders if sees_support or one.role is not roles.NETWORK_SUPPORT]

    def row(holder: queries.Holder, end: bool = False, in_office: bool = False) -> dict[str, Any]:
        url = reverse("groups:office-end", args=[group.slug, holder.appointment])
        is_support = in_office and holder.role is roles.NETWORK_SUPPORT
        return {
            "name": holder.person.name,
            "office": holder.office_name,
            "term": term_line(holder),
            "contact": holder.work_address if is_support else holder.contact,
            "note": holder.note if holder.office == roles.DELEGATE else "",
            "end": url if end and may_appoint and holder.office in fillable else "",
        }

    context = {
        "group": group,
        "day": day,
        "is_past": not today,
        "now": [row(holder, end=True, in_office=today) for holder in shown(offices.now)],
        "coming": [row(holder, end=True) for holder in shown(offices.coming)],
        "before": [row(holder) for holder in shown(offices.before)],
        "may_appoint": may_appoint,
        "may_delegate": held.may(Permission.DELEGATE_LEADERSHIP, group)
        and may_appoint
        and bool(offices.with_role(RoleCode.DEPUTY)),
    }
    return render(request, "groups/leadership.html", context)


def _answer(request: HttpRequest, group: Group, form: Any, template: str, **context: Any) -> HttpResponse:
    status = 422 if form.errors and request.method == "POST" else 200
    return render(
        request,
        template,
        {
            "group": group,
            "form": form,
            **context,
        },
        status=status,
    )


@group_page(Permission.DELEGATE_LEADERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_reauthentication
@acts_once
def leadership_delegate(request: GroupRequest, group: Group) -> HttpResponse:
    """Delegate leadership to a deputy, in writing and with dates."""
    deputies = {
        one.person.pk: one.person.name for one in queries.leadership(group).with_role(RoleCode.DEPUTY)
    }
    form = restored(request, DelegationForm(request.POST or None, deputies=deputies))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.delegate_leadership(
                group=group,
                deputy=User.objects.get(pk=data["deputy"]),
                by=request.user,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                note=data["note"],
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s may act on your behalf.") % {"name": row.person.name})
            return redirect("groups:leadership", group=group.slug)
    return _answer(request, group, form, "groups/leadership_delegate.html")


@group_page(Permission.APPOINT_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_reauthentication
@acts_once
def office_end(request: GroupRequest, group: Group, appointment: int) -> HttpResponse:
    """End an office that the group fills, or a delegation. For a leader's office this page gives 404."""
    row = get_object_or_404(
        Appointment.objects.select_related("person", "group"),
        pk=appointment,
        office__in=roles.FILLED_BY_LEADER | {roles.DELEGATE},
    )
    form = restored(request, EndOfficeForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_appointment(appointment=row, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The office of %(name)s has ended.") % {"name": row.person.name})
            return redirect("groups:leadership", group=group.slug)
    return _answer(request, group, form, "groups/office_end.html", row=row)
