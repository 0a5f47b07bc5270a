"""Pages inside a group: its overview, its details, its history; and a person's own groups."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, DomainError
from groups import actions, panels, queries
from groups.access import group_page, request_roles, signed_in_page
from groups.activity import act_of
from groups.forms import DetailsForm
from groups.models import Group
from groups.pages import group_context
from groups.parts import leadership_on_page

PER_PAGE = 30


@signed_in_page
@require_safe
def my_groups(request: HttpRequest) -> HttpResponse:
    """The groups a person belongs to, with what they are there."""
    return render(
        request, "groups/my_groups.html", {"own": queries.own_groups(request_roles(request).groups)}
    )


@group_page("groups.view_workspace")
@require_safe
def overview(request: HttpRequest, group: Group) -> HttpResponse:
    """The group at a glance: what is next, how its targets, members and report stand, who does what."""
    offices = leadership_on_page(request, group)
    members = panels.own_count(request, group)
    support = offices.with_role("NS")
    facts = [
        {
            "term": _("Led by"),
            "value": "\n".join(f"{one.person.name}, {one.office_name}" for one in offices.with_role("LE"))
            or _("Nobody at present"),
        },
        {
            "term": _("Red List Authority coordinator"),
            "value": "\n".join(one.person.name for one in offices.with_role("RL")),
        },
        {"term": _("Members"), "value": str(members)},
        {"term": _("Host institution"), "value": group.host_institution},
        {
            "term": _("Your contact at the Chair’s Office"),
            "value": "\n".join(one.person.name for one in support),
        },
    ]
    context = group_context(
        request,
        group,
        facts=[fact for fact in facts if fact["value"]],
        parts=panels.workspace_parts(request, group),
    )
    return render(request, "groups/workspace.html", context)


@group_page("groups.edit_group")
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, group: Group) -> HttpResponse:
    """Change what the public page says. The second of two savers sees both texts."""
    theirs: list[tuple[str, str]] = []
    status = 200
    form = DetailsForm(request.POST or None, instance=group, initial={"version": group.version})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.update_details(group=group, by=request.user, version=data.pop("version"), **data)
        except Conflict as conflict:
            status = conflict.status
            form.add_error(None, str(conflict))
            theirs = [(str(form.fields[name].label), text) for name, text in conflict.theirs.items()]
            # Saving again means: I have seen what the other wrote.
            form.data = form.data.copy()
            form.data["version"] = str(Group.objects.values_list("version", flat=True).get(pk=group.pk))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("groups:workspace", group=group.slug)
        else:
            messages.success(request, _("The details are saved."))
            return redirect("groups:group-edit", group=group.slug)
    elif request.method == "POST":
        status = 422
    # The form's instance carries what was typed; the page around it shows what is stored.
    stored = Group.objects.select_related("category").get(pk=group.pk) if request.method == "POST" else group
    return render(
        request,
        "groups/group_edit.html",
        group_context(request, stored, form=form, theirs=theirs),
        status=status,
    )


@group_page("groups.view_audit")
@require_safe
def history(request: HttpRequest, group: Group) -> HttpResponse:
    """Who did what in this group, newest first, and how its details changed."""
    staff = request_roles(request).may("reporting.review_report", group)
    page = Paginator(queries.acts(group, staff=staff), PER_PAGE).get_page(request.GET.get("page"))
    context = group_context(
        request,
        group,
        page=page,
        events=[queries.as_event(act_of(entry)) for entry in page.object_list],
        changes=queries.detail_changes(group) if page.number == 1 else [],
        details_url=reverse("groups:group-edit", args=[group.slug]),
    )
    return render(request, "groups/history.html", context)
