"""The page of the demo's accounts with their present sign-in codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from demo.personas import PERSONAS
from groups.access import public_page


@public_page
@require_safe
def code_list(request: HttpRequest) -> HttpResponse:
    """Show each persona with address and password, and with the code of their app if the role needs one."""
    context = {"personas": PERSONAS, "seconds": PERSONAS[0].seconds_left}
    response = render(request, "demo/code_list.html", context)
    response["Cache-Control"] = "no-store"
    return response
