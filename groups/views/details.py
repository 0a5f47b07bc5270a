"""The pages for a group's details and its history."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, DomainError
from core.forms import over_version
from core.kept import refused, restored
from core.once import acts_once
from groups import actions, queries
from groups.access import GroupRequest, group_page, request_roles
from groups.activity import act_of
from groups.forms import DetailsForm
from groups.models import Group
from groups.roles import Permission

PER_PAGE = 30


@group_page(Permission.EDIT_GROUP)
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once(saves=True)
def group_edit(request: GroupRequest, group: Group) -> HttpResponse:
    """Change the details that the public page shows. When another person saved first, the person sees both texts."""
    theirs: list[tuple[str, str]] = []
    status = 200
    form = DetailsForm(request.POST or None, instance=group, initial={"version": group.version})
    form = restored(request, form)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.update_details(group=group, by=request.user, version=data.pop("version"), **data)
        except Conflict as conflict:
            status = conflict.status
            form.add_error(None, str(conflict))
            theirs = [(str(form.fields[name].label), text) for name, text in conflict.theirs.items()]
            saved = Group.objects.values_list("version", flat=True).get(pk=group.pk)
            form.data = over_version(request.POST, saved)
        except DomainError as error:
            return refused(request, str(error), reverse("workspace:overview", args=[group.slug]))
        else:
            messages.success(request, _("The details are saved."))
            return redirect("groups:group-edit", group=group.slug)
    elif request.method == "POST":
        status = 422
    # The form's instance contains what the person typed. The page around the form shows what is saved.
    stored = Group.objects.select_related("category").get(pk=group.pk) if request.method == "POST" else group
    return render(
        request,
        "groups/group_edit.html",
        {
            "group": stored,
            "form": form,
            "theirs": theirs,
        },
        status=status,
    )


@group_page(Permission.VIEW_AUDIT)
@require_safe
def history(request: GroupRequest, group: Group) -> HttpResponse:
    """Show who did what in this group, newest first, and how its details changed."""
    held = request_roles(request)
    office = held.may(Permission.REVIEW_REPORT, group) or held.everywhere(Permission.VIEW_AUDIT)
    staff = office and not held.works_for(group)
    page = Paginator(queries.acts(group, staff=staff), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "page": page,
        "events": [queries.as_event(act_of(entry)) for entry in page.object_list],
        "changes": queries.detail_changes(group) if page.number == 1 else [],
        "details_url": reverse("groups:group-edit", args=[group.slug]),
    }
    return render(request, "groups/history.html", context)
