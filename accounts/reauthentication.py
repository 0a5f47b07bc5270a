"""Fresh proof: before acts of weight the person shows again that it is they who sit at the screen.

A sign-in, or a proof given since, counts for ACCOUNT_REAUTHENTICATION_TIMEOUT (a quarter of an hour). The proof
itself is allauth's page: password, code of the app or key. Whoever has none of these gets a code by mail
(`accounts.views.prove_again`), and stays signed in meanwhile.

Opening a form asks already. When the time runs out over a form that stands open, what was typed is kept in
the session; after the proof the form shows it again, and nothing has been done until the button is pressed.
Source: docs/security.md, "Fresh proof".
"""

from __future__ import annotations

import time
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import View
from core.once import FIELD

TYPED_TEXT = "accounts.kept-text"
# Longer than any of these forms takes; what is longer would be refused by the form as well.
LONGEST_TEXT = 20_000
# A clock that steps back a little does not ask twice.
CLOCK_STEP = 60


def recently_authenticated(request: HttpRequest) -> bool:
    """Whether this session saw a sign-in or a proof of this person a short time ago."""
    records = get_authentication_records(request, request.user)
    if not records:
        return False
    age = time.time() - max(record["at"] for record in records)
    return -CLOCK_STEP < age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def reauthentication_redirect(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """Where to go for a proof, or None when there is a fresh one. What a form posted is kept for its return.

    `back` is the page to return to when the address itself only takes posts.
    """
    if recently_authenticated(request):
        return None
    if request.method == "POST" and not back:
        _keep(request)
    if back:
        messages.info(request, _("Once you have confirmed that it is you, press the button again."))
    page = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{page}?{urlencode({'next': back or request.get_full_path()})}")


def needs_reauthentication(view: View | None = None, *, back: str = "") -> Any:
    """View decorator, inside the access decorator, so that who may not is told so before being asked for anything.

    `back` names the group's page to return to, for an address that only takes posts.
    """

    def decorate(inner: View) -> View:
        @wraps(inner)
        def proved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            page = reverse(back, args=[kwargs["group"].slug]) if back else ""
            return reauthentication_redirect(request, page) or inner(request, *args, **kwargs)

        return proved

    return decorate if view is None else decorate(view)


def _keep(request: HttpRequest) -> None:
    """Keep the typed text in the session, for the same page and the same person only."""
    typed_now = request.POST.copy()
    for name in (FIELD, "csrfmiddlewaretoken"):
        typed_now.pop(name, None)
    text = typed_now.urlencode()
    if len(text) <= LONGEST_TEXT:
        request.session[TYPED_TEXT] = {"page": request.path, "person": request.user.pk, "text": text}


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form of the page is filled with: the post, or what was typed before the proof, or nothing.

    Only a post acts: a form that is filled with kept text shows it and waits for the button.
    """
    if request.method == "POST":
        return request.POST
    kept = request.session.get(TYPED_TEXT)
    if not kept or (kept["page"], kept["person"]) != (request.path, request.user.pk):
        return None
    del request.session[TYPED_TEXT]
    messages.info(
        request, _("Nothing has been done yet. Here is what you had entered: press the button again.")
    )
    return QueryDict(kept["text"])
