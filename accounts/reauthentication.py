"""Fresh proof: before important acts, a person proves again that it is they who use the page.

A sign-in or a proof is valid for ACCOUNT_REAUTHENTICATION_TIMEOUT (a quarter of an hour). The person proves on
allauth's page: with the password, a code of the app, or a key. A person who has none of these gets a code by mail
(`accounts.views.prove_again`). They stay signed in during the proof.

The portal asks for the proof when the person opens the form. When the proof expires while the form is open, the
portal keeps what the person typed (core.kept). After the new proof the form shows the text again. Nothing is done until
the person presses the button. Source: docs/security.md, "Fresh proof".
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
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core import kept
from core.access import View
from core.models import KeptReason

# Seconds that the clock may go back without a second request for proof.
CLOCK_STEP = 60


def recently_authenticated(request: HttpRequest) -> bool:
    """Return whether this person signed in or gave a proof in this session a short time ago."""
    records = get_authentication_records(request, request.user)
    if not records:
        return False
    age = time.time() - max(record["at"] for record in records)
    return -CLOCK_STEP < age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def reauthentication_redirect(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """Return a redirect to the page for the proof, or None when the person has given a fresh one.

    The portal keeps what a form posted. Pass `back`, the page to return to, for an address that only accepts posts.
    """
    if recently_authenticated(request):
        return None
    kept.keep(request, KeptReason.PROOF)
    if back:
        messages.info(request, _("Once you have confirmed that it is you, press the button again."))
    page = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{page}?{urlencode({'next': back or request.get_full_path()})}")


def needs_reauthentication(view: View | None = None, *, back: str = "") -> Any:
    """View decorator: ask for a fresh proof before the view runs.

    Put it inside the access decorator, so that a person without the right is refused before they are asked for
    a proof. `back` names the group's page to return to, for an address that only accepts posts.
    """

    def decorate(inner: View) -> View:
        @wraps(inner)
        def proved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            page = reverse(back, args=[kwargs["group"].slug]) if back else ""
            return reauthentication_redirect(request, page) or inner(request, *args, **kwargs)

        return proved

    return decorate if view is None else decorate(view)
