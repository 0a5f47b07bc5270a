"""The keys of forms: the portal knows later that it gave this form to this person.

A key is signed and contains a number of the form, the person, and the moment. So a post can be recognised without a
session and without the database, and another site cannot make a key for somebody else.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest

from core import clock
from core.models import FormPost

FIELD = "_once"
SEQUENCE = "_sequence"
LABEL = "_label"
PATH = "_path"
# Fields that belong to the form and not to its answers.
OWN_FIELDS = frozenset({FIELD, SEQUENCE, LABEL, PATH, "csrfmiddlewaretoken"})
# House rule: a form that was open for longer is no longer recognised. A session lasts 14 days.
LASTS = timedelta(days=30)


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
