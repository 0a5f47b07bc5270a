"""Types for the requests that views get."""

from __future__ import annotations

from accounts.models import User
from core.htmx import HtmxRequest


class AuthedRequest(HtmxRequest):
    """A request of a signed-in person. `LoginRequiredMiddleware` lets no other request reach the view."""

    user: User
