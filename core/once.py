"""A form that a person sends twice acts once, and the second response equals the first.

A posting form contains `{% once form %}`, a hidden key. The key is signed, so the portal knows later that it gave this
form to this person. The first post locks the row of the key in the transaction of its change. A second post with the
same key waits until the first has ended. If it says the same, it is redirected to the same address as the first. If it
says something else, the person has corrected the form, and the portal acts on it too. A post that comes back with
errors leaves its key free, so that the person can send the form again.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import clock
from core.models import FormPost, KeptText

FIELD = "_once"
SEQUENCE = "_sequence"
LABEL = "_label"
PATH = "_path"
# Fields that belong to the form and not to its answers.
OWN_FIELDS = frozenset({FIELD, SEQUENCE, LABEL, PATH, "csrfmiddlewaretoken"})
# House rule: a form that was open for longer is no longer recognised. A session lasts 14 days.
LASTS = timedelta(days=30)
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class FormKey:
    """The key of a form: who opened the form, and the form whose kept text it showed, if any."""

    form: uuid.UUID
    person: int
    source: uuid.UUID | None = None

    @property
    def forms(self) -> list[uuid.UUID]:
        """The form itself, and the one whose text it showed."""
        return [self.form, self.source] if self.source else [self.form]


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="core.once")


def new_key(person: int | None, source: uuid.UUID | None = None) -> str:
    """Return a new signed key for a form that a page shows to this person. A visitor is None."""
    return _signer().sign(f"{uuid.uuid4().hex}.{person or 0}.{source.hex if source else ''}")


def key_of(request: HttpRequest) -> FormKey | None:
    """Return the key of a posted form. None without a key, with a wrong signature, and after 30 days."""
    if request.method != "POST":
        return None
    try:
        form, person, source = _signer().unsign(request.POST.get(FIELD, ""), max_age=LASTS).split(".")
    except signing.BadSignature:
        return None
    return FormKey(uuid.UUID(form), int(person), uuid.UUID(source) if source else None)


def sequence_of(request: HttpRequest) -> int:
    """Return how many times the form had saved itself before this post. Without script, 0."""
    number = request.POST.get(SEQUENCE, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 8 else 0


def content_of(request: HttpRequest) -> str:
    """Return a hash of what a post says, and to which address."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in OWN_FIELDS)
    files = sorted((name, [(one.name, one.size) for one in given]) for name, given in request.FILES.lists())
    return hashlib.sha256(repr((request.path, fields, files)).encode()).hexdigest()


def locked(key: FormKey, path: str) -> FormPost:
    """Lock the row of a form until the transaction ends, and return it. Add the row if there is none."""
    row = FormPost(key=key.form, person_id=key.person, path=path[:300], at=clock.now())
    FormPost.objects.bulk_create([row], ignore_conflicts=True)
    return FormPost.objects.select_for_update().get(key=key.form)


def acts_once(view: View) -> View:
    """View decorator, to be put inside the access decorator: a repeated post changes nothing.

    The repeated post is redirected to where the first one led. A redirect means that the view has acted: then the
    kept text of the form is deleted. A view that refuses a post returns `core.kept.refused`, and no redirect.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = key_of(request)
        if key is None or not key.person or key.person != request.user.pk:
            return view(request, *args, **kwargs)  # the key of another person is ignored
        before, content = locked(key, request.path), content_of(request)
        if before.location and before.content == content:
            return redirect(before.location)
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            FormPost.objects.filter(key=key.form).update(
                location=response["Location"][:500],
                content=content,
                sequence=max(before.sequence, sequence_of(request)),
            )
            KeptText.objects.filter(form__in=key.forms, person_id=key.person).delete()
            if before.location:
                _say_twice(request)
        return response

    once.acts_once = True  # type: ignore[attr-defined]  # a test asks each posting form for its key
    return once


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
