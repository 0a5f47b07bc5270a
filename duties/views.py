"""The page where a person chooses which mail they want."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthedRequest
from core.access import signed_in_page
from core.kept import restored
from core.once import acts_once
from duties import actions
from duties.forms import NotificationsForm


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once(saves=True)
def notifications(request: AuthedRequest) -> HttpResponse:
    """Show which mail is always sent, and save whether the person wants optional mail."""
    form = NotificationsForm(initial={"wants_optional_mail": request.user.wants_optional_mail})
    form = restored(request, form)
    if request.method == "POST":
        form = NotificationsForm(request.POST)
        if form.is_valid():
            actions.choose_optional_mail(person=request.user, wanted=form.cleaned_data["wants_optional_mail"])
            messages.success(request, _("Your choice is saved."))
            return redirect("duties:notifications")
    return render(request, "duties/notifications.html", {"form": form})
