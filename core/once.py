"""A form that a person sends twice acts once, and the second response equals the first.

A posting form contains `{% once form %}`, a hidden key (core.form_keys). The first post locks the row of the key in the
transaction of its change. A second post with the same key waits until the first has ended. If it says the same, it is
redirected to the same address as the first. If it says something else, the person has corrected the form, and the
portal acts on it too. A post that comes back with errors leaves its key free, so that the person can send the form
again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import audit, clock, kept
from core.form_keys import content_of, key_of, locked, sequence_of
from core.models import FormPost

View = Callable[..., HttpResponse]


def acts_once(view: View | None = None, *, saves: bool = False) -> Any:
    """View decorator, to be put inside the access decorator: a repeated post changes nothing.

    The repeated post is redirected to where the first one led. A redirect means that the view has acted: then the
    kept text of the form is deleted. A view that refuses a post returns `core.kept.refused`, and no redirect.

    When the view records no act, somebody has done the same before, and a text that was typed has no effect. Then the
    person is told so and sees the text. `saves` is for forms that save what they contain: there, the same text again is
    saved already.
    """

    def decorate(inner: View) -> View:
        @wraps(inner)
        def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = key_of(request)
            if key is None or not key.person or key.person != request.user.pk:
                return inner(request, *args, **kwargs)  # the key of another person is ignored
            before, content = locked(key, request.path), content_of(request)
            if before.location and before.content == content:
                return redirect(before.location)
            with audit.acts_inside() as acts:
                response = inner(request, *args, **kwargs)
            if response.status_code != 302:
                return response
            if not acts and not saves and kept.texts_in(request.POST):
                return _without_effect(request, response)
            FormPost.objects.filter(key=key.form).update(
                location=response["Location"][:500],
                content=content,
                sequence=max(before.sequence, sequence_of(request)),
            )
            kept.forget(key)
            if before.location and acts:
                _say_twice(request)
            return response

        once.acts_once = True  # type: ignore[attr-defined]  # a test asks each posting form for its key
        return once

    return decorate if view is None else decorate(view)


def _without_effect(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell the person that what they typed has changed nothing, in place of the view's message of success."""
    list(messages.get_messages(request))  # what is read is not shown again
    sentence = _("This had been done before. What you entered now has changed nothing.")
    return kept.refused(request, sentence, response["Location"])


def _say_twice(request: HttpRequest) -> None:
    """Tell the person that the form was also sent before with other answers, such as with a typing error."""
    messages.warning(
        request,
        _("You also sent this form before, with other answers. Check whether the first one should stay."),
        fail_silently=True,
    )


def forget_old(*, days: int = 7) -> int:
    """Delete keys that are older than `days`. Returns how many were deleted. After that time no form is sent again."""
    return FormPost.objects.filter(at__lt=clock.now() - timedelta(days=days)).delete()[0]
