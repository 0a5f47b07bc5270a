"""Appoint a member of the group to one of its roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.reauthentication import needs_reauthentication
from core import clock
from core.errors import DomainError
from core.kept import restored
from core.once import acts_once
from groups import actions
from groups.access import GroupRequest, group_page
from groups.forms import OfficeForm
from groups.models import Group
from groups.roles import Permission
from members.queries import member_choices


@group_page(Permission.APPOINT_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_reauthentication
@acts_once
def office_appoint(request: GroupRequest, group: Group) -> HttpResponse:
    """Appoint a member to an office that the group's leaders fill."""
    form = OfficeForm(request.POST or None, people=member_choices(group, clock.today()))
    form = restored(request, form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.appoint_to_office(
                group=group,
                person=User.objects.get(pk=data["person"]),
                office=data["office"],
                topic=data["topic"],
                ends_on=data["ends_on"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            words = {"name": row.person.name, "office": row.office_name}
            messages.success(request, _("%(name)s is appointed: %(office)s.") % words)
            return redirect("groups:leadership", group=group.slug)
    status = 422 if form.errors and request.method == "POST" else 200
    context = {"group": group, "form": form}
    return render(request, "workspace/office_appoint.html", context, status=status)
