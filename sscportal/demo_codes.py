"""The demo's accounts on one page, with the sign-in codes of this moment. Only in demo mode is this in the URLconf."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.access import public_page
from office.demo.personas import PERSONAS


@public_page
@require_safe
def code_list(request: HttpRequest) -> HttpResponse:
    """Each persona with address, password and, where the role asks for one, the code that an app would show."""
    context = {"personas": PERSONAS, "seconds": PERSONAS[0].seconds_left}
    response = render(request, "demo/code_list.html", context)
    response["Cache-Control"] = "no-store"
    return response
