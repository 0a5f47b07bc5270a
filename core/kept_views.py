"""Pages about kept texts: the list, one text, and the address that saves drafts."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import kept
from core.access import public_page, signed_in_page
from core.models import KeptText
from core.once import acts_once


@signed_in_page
@require_safe
def kept_list(request: HttpRequest) -> HttpResponse:
    """Show all texts that the portal keeps for the person, newest first."""
    rows = [
        (row, next(iter(kept.texts_in(QueryDict(row.fields))), None))
        for row in KeptText.objects.filter(person=request.user.pk)
    ]
    return render(request, "core/kept_list.html", {"rows": rows, "days": kept.DAYS})


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once
def kept_text(request: HttpRequest, form: uuid.UUID) -> HttpResponse:
    """Show one kept text for copying, with the way to its form. A post removes the text."""
    row = get_object_or_404(KeptText, pk=form, person=request.user.pk)
    page = kept.page_of(row.place)
    if request.method == "POST":
        row.delete()
        messages.success(request, _("The kept text is removed."))
        return redirect("core:kept-list")
    context = {
        "kept": row,
        "texts": kept.texts_in(QueryDict(row.fields)),
        "page_url": page,
        "days": kept.DAYS,
    }
    return render(request, "core/kept_text.html", context)


@public_page
@csrf_exempt
@require_POST
def text_save(request: HttpRequest) -> HttpResponse:
    """Save a draft, also after the session has ended or the person has signed in again in another tab.

    The signed key of the form takes the place of the session and of the CSRF token: only the person to whom the portal
    gave the form has the key, and the draft is kept for this person.
    """
    kept.save_draft(request)
    return HttpResponse(status=204)
