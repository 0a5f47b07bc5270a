"""A form sent twice acts once: the second answer is the first one's.

A posting form carries `{% once %}`, a key of its own. The first post writes the key in the transaction of its
change; a second post with the key waits for the first to end (the unique index makes it wait) and is sent to
where the first one led. A form that comes back with errors frees its key.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core import clock
from core.models import FormPost

FIELD = "_once"
View = Callable[..., HttpResponse]


def new_key() -> str:
    """A key for one showing of a form."""
    return str(uuid.uuid4())


def acts_once(view: View) -> View:
    """View decorator, inside the access decorator: a repeated post is answered, and changes nothing."""

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key_of(request)
        if key is None:
            return view(request, *args, **kwargs)
        post = FormPost(key=key, person_id=int(request.user.pk or 0), path=request.path[:300], at=clock.now())
        FormPost.objects.bulk_create([post], ignore_conflicts=True)
        kept = FormPost.objects.select_for_update().get(key=key)
        if (kept.person_id, kept.path) != (request.user.pk, post.path):
            return view(request, *args, **kwargs)  # a key from elsewhere counts as none
        if kept.location:
            return redirect(kept.location)
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            FormPost.objects.filter(key=key).update(location=response["Location"][:500])
        else:
            FormPost.objects.filter(key=key).delete()
        return response

    once.acts_once = True  # type: ignore[attr-defined]  # a test asks each posting form for its key
    return once


def _key_of(request: HttpRequest) -> uuid.UUID | None:
    """The key of a posted form, or None where there is none or it is no key of ours."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def forget_old(*, days: int = 7) -> int:
    """Delete keys older than some days; returns how many. A form is not sent again after that."""
    return FormPost.objects.filter(at__lt=clock.now() - timedelta(days=days)).delete()[0]
