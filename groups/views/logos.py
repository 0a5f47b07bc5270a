"""A group's logo: everybody can see it, and people who may edit the group can set it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import condition, require_http_methods, require_safe

from core import scope
from core.errors import DomainError
from core.once import acts_once
from core.pictures import PictureRefused
from groups import logos
from groups.access import GroupRequest, group_page, public_page
from groups.models import Group, GroupLogo
from groups.roles import Permission


class LogoForm(forms.Form):
    """The upload of one picture."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy(
            "A PNG, JPEG or WebP picture of at most 2 MB. It is shown at most 64 pixels high."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"required": gettext_lazy("Choose a picture first.")},
    )


def _sha256(request: HttpRequest, group: str) -> str | None:
    found = Group.objects.filter(slug=group).first()
    if found is None:
        return None
    with scope.group_scope(found):
        sha256 = GroupLogo.objects.values_list("sha256", flat=True).first()
    return f'"{sha256}"' if sha256 else None


@public_page
@require_safe
@condition(etag_func=_sha256)
def group_logo(request: HttpRequest, group: str) -> HttpResponse:
    """Send the logo as a PNG, with a content policy that forbids scripts. Raises Http404 without a logo."""
    found = get_object_or_404(Group, slug=group)
    with scope.group_scope(found):
        logo = GroupLogo.objects.first()
    if logo is None:
        raise Http404
    response = HttpResponse(bytes(logo.content), content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@group_page(Permission.EDIT_GROUP)
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once
def logo_edit(request: GroupRequest, group: Group) -> HttpResponse:
    """Set the logo, or remove it."""
    if request.method == "POST" and "remove" in request.POST:
        try:
            logos.remove_logo(group=group, by=request.user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The logo is taken away."))
        return redirect("groups:group-edit", group=group.slug)
    posted = request.method == "POST"
    form = LogoForm(request.POST, request.FILES) if posted else LogoForm()
    if posted and form.is_valid():
        try:
            logos.set_logo(group=group, upload=form.cleaned_data["logo"], by=request.user)
        except PictureRefused as error:
            form.add_error("logo", str(error))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("groups:group-edit", group=group.slug)
        else:
            messages.success(request, _("The logo is on the group’s page."))
            return redirect("groups:group-edit", group=group.slug)
    has_logo = GroupLogo.objects.exists()
    context = {
        "group": group,
        "form": form,
        "has_logo": has_logo,
    }
    return render(request, "groups/logo_edit.html", context, status=422 if form.errors else 200)
