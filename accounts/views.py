"""A person's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.forms import ProfileForm
from accounts.models import User
from core.access import signed_in_page
from core.hooks import has_public_contact


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What a person tells about themselves, and who sees it."""
    # A row of its own: what was typed must not show in the page's frame before it is saved.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person, public_contact=has_public_contact(request))
    if request.method == "POST" and form.is_valid():
        actions.update_profile(person=person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form, "person": person}, status=status)
