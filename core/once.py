"""A form that a person sends twice acts once, and the second response equals the first.

A posting form contains `{% once %}`, a hidden key. The first post writes the key in the transaction of its change.
A second post with the same key waits until the first has ended, because of the unique index. It is then redirected
to the same address as the first. When a form has errors, its key is deleted, so that the person can send it again.
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
    """Return a new key for a form that a page shows."""
    return str(uuid.uuid4())


def acts_once(view: View) -> View:
    """View decorator, to be put inside the access decorator: a repeated post changes nothing.

    The repeated post is redirected to where the first one led.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key_of(request)
        if key is None:
            return view(request, *args, **kwargs)
        post = FormPost(key=key, person_id=int(request.user.pk or 0), path=request.path[:300], at=clock.now())
        FormPost.objects.bulk_create([post], ignore_conflicts=True)
        first = FormPost.objects.select_for_update().get(key=key)
        if (first.person_id, first.path) != (request.user.pk, post.path):
            return view(request, *args, **kwargs)  # the key of another person or page is ignored
        if first.location:
            return redirect(first.location)
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            FormPost.objects.filter(key=key).update(location=response["Location"][:500])
        else:
            FormPost.objects.filter(key=key).delete()
        return response

    once.acts_once = True  # type: ignore[attr-defined]  # a test asks each posting form for its key
    return once


def _key_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the key of a posted form, or None when the post has no valid key."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def forget_old(*, days: int = 7) -> int:
    """Delete keys that are older than `days`. Returns how many were deleted. After that time no form is sent again."""
    return FormPost.objects.filter(at__lt=clock.now() - timedelta(days=days)).delete()[0]
