"""The demo's accounts on one page, with the sign-in codes of this moment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from demo.personas import PERSONAS
from groups.access import public_page


@public_page
@require_safe
def code_list(request: HttpRequest) -> HttpResponse:
    """Each persona with address, password and, where the role asks for one, the code that an app would show."""
    context = {"personas": PERSONAS, "seconds": PERSONAS[0].seconds_left}
    response = render(request, "demo/code_list.html", context)
    response["Cache-Control"] = "no-store"
    return response
