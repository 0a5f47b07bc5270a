"""Asking to join: choose a category, choose a group, read the conditions, send the request."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import scope
from core.errors import DomainError
from core.kept import refused, restored
from core.once import acts_once
from groups.access import AuthedRequest, signed_in_page
from groups.models import Category, Group
from members import actions, queries
from members.errors import ConditionsChanged
from members.forms import JoinForm
from members.models import Conditions, Membership


@signed_in_page
@require_safe
def join(request: AuthedRequest) -> HttpResponse:
    """Choose the category first, then one of its groups."""
    categories = list(Category.objects.filter(takes_members=True))
    code = request.GET.get("category", "")
    chosen = next((one for one in categories if one.pk == code), None)
    words = request.GET.get("q", "")[:80]
    groups = list(queries.joinable(chosen.pk).matching(words)) if chosen else []
    return render(
        request,
        "members/join.html",
        {"categories": categories, "chosen": chosen, "groups": groups, "words": words},
    )


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once
def join_group(request: AuthedRequest, slug: str) -> HttpResponse:
    """The group, the conditions, and the request."""
    group = Group.objects.select_related("category").filter(slug=slug).first()
    if group is None:
        raise Http404
    conditions = Conditions.in_force()
    form = restored(request, JoinForm(request.POST or None, shown=conditions))
    status, sentence = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            handshake = actions.request_to_join(
                group=group,
                by=request.user,
                conditions=form.cleaned_data["conditions"],
                message=form.cleaned_data["message"],
            )
        except DomainError as error:
            sentence = str(error)
            form.add_error(None, sentence)
            if isinstance(error, ConditionsChanged):
                form.show_again()
            status = error.status
        else:
            return redirect("members:my-invitation", pk=handshake.pk)
    elif request.method == "POST":
        status = 422
    with scope.group_scope(group):
        is_member = Membership.objects.on().filter(group=group, person=request.user).exists()
    takes_members = group.category.takes_members and not group.is_closed
    if sentence and (is_member or not takes_members):  # the page shows the form no more
        return refused(request, sentence, reverse("members:join-group", args=[slug]), status=status)
    return render(
        request,
        "members/join_group.html",
        {
            "group": group,
            "conditions": conditions,
            "form": form,
            "is_member": is_member,
            "takes_members": takes_members,
        },
        status=status,
    )
