"""What a person typed is never lost: the portal keeps it when a post is not carried out, and shows it again.

A post can be stopped by a gate: the session is gone, the CSRF check fails, a second step or a fresh proof is missing,
the right or the object is gone, the state has changed. Each gate calls `keep`. While a person types, the script
static/js/typed.js calls `save_draft`. Both write one row for each form (`core.models.KeptText`), for the person to whom
the portal gave the form: the signed key of the form (core.form_keys) names them. So a stranger's text is never kept,
and only this person sees the text, in any browser.

A view shows kept text with one line: `form = restored(request, SomeForm(request.POST or None))`. Nothing is carried out
until the person presses the button. Then `core.once.acts_once` deletes the row. `refused` is the response of a view
that can't do any more what a post asks for. Source: docs/decisions/0030-typed-text-is-kept.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import transaction
from django.forms import BaseForm, CheckboxInput, Textarea, TextInput
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock, form_keys
from core.models import FormPost, KeptReason, KeptText

# House rules. The longest form takes some 20,000 letters; each may need nine characters in a post.
LONGEST = 500_000
MOST_PER_PERSON = 40
DAYS = 30
# Never kept, whatever the form. The forms of the sign-in have no key, so nothing of them is kept at all.
SECRET_FIELDS = frozenset({"password", "password1", "password2", "oldpassword", "code"})
# An address with one of these arguments opens something by itself, so it is not written down.
SECRET_ARGUMENTS = frozenset({"secret"})

View = TypeVar("View", bound=Callable[..., HttpResponse])
Form = TypeVar("Form", bound=BaseForm)


class ShownOn(NamedTuple):
    """The page that shows a form which posts to another address: its name, its arguments, its query."""

    name: str
    arguments: tuple[str, ...]
    query: str


def shown_on(name: str, *arguments: str, query: str = "") -> Callable[[View], View]:
    """View decorator for an address that only accepts posts: name the page with its form.

    `arguments` are those arguments of the address that the page has too.
    """

    def mark(view: View) -> View:
        view.shown_on = ShownOn(name, arguments, query)  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


# ---------------------------------------------------------------- Addresses


def place_of(path: str) -> str:
    """Return an address without its language, so that a text is found again in each language."""
    language, _slash, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if language in dict(settings.LANGUAGES) else path


def _match(place: str) -> ResolverMatch | None:
    """Return the view of a place and its arguments, or None when there is none."""
    try:
        return resolve(f"/{(get_language() or 'en')[:2]}{place}")
    except Resolver404:
        return None


def page_of(place: str) -> str:
    """Return the address of the page whose form posts to this place, in the reader's language.

    A place that no longer exists leads to the person's list of kept texts.
    """
    match = _match(place)
    if match is None:
        return reverse("core:kept-list")
    page: ShownOn | None = getattr(match.func, "shown_on", None)
    if page is None:
        return f"/{(get_language() or 'en')[:2]}{place}"
    return reverse(page.name, kwargs={name: match.kwargs[name] for name in page.arguments}) + page.query


def form_page(request: HttpRequest) -> str:
    """Return the address of the page whose form posted this request."""
    page = page_of(place_of(request.path))
    return request.get_full_path() if page == request.path else page


# ---------------------------------------------------------------- What a form says


def labels(form: BaseForm) -> list[str]:
    """Return `name:label` for each visible field of a form, for hidden fields beside its key.

    So each page can show the text with its label, without knowing the form. Only texts have a label: another answer
    is shown in the form itself.
    """
    return [
        f"{field.html_name}:{field.label if _is_text(field.field.widget) else ''}"
        for field in form
        if not field.is_hidden
    ]


def _is_text(widget: object) -> bool:
    return isinstance(widget, TextInput | Textarea) and not isinstance(widget, CheckboxInput)


class TypedText(NamedTuple):
    """One text that a person typed: the name and the label of its field."""

    name: str
    label: str
    text: str

    @property
    def rows(self) -> int:
        """How many lines the text area has that shows the text."""
        return 12 if len(self.text) > 300 else 3


def texts_in(fields: QueryDict) -> list[TypedText]:
    """Return the texts among the answers of a form, in its order."""
    named = [one.partition(":") for one in fields.getlist(form_keys.LABEL)]
    return [
        TypedText(name, label, text)
        for name, _colon, label in named
        if label and name not in SECRET_FIELDS
        for text in fields.getlist(name)
        if text.strip()
    ]


def _answers(posted: QueryDict) -> QueryDict | None:
    """Return what is kept of a post: its answers and labels. None when the person has entered nothing."""
    names = [one.partition(":")[0] for one in posted.getlist(form_keys.LABEL)]
    fields = QueryDict(mutable=True)
    for name, values in posted.lists():
        if name == form_keys.LABEL or (name not in form_keys.OWN_FIELDS and name not in SECRET_FIELDS):
            fields.setlist(name, values)
    entered = (
        value.strip()
        for name in names
        for part, values in fields.lists()
        if part == name or part.startswith(f"{name}_")  # a day has three boxes: ends_on_0 and so on
        for value in values
    )
    return fields if any(entered) else None


# ---------------------------------------------------------------- Keeping


def keep(request: HttpRequest, reason: KeptReason) -> KeptText | None:
    """Keep what a post says, because it is not carried out. Returns the row, or None when nothing is kept.

    Nothing is kept without a form that the portal gave to a person, when the person entered nothing, and when the same
    post has been carried out already.
    """
    key = form_keys.key_of(request)
    if key is None or not key.person:
        return None
    return _write(request, key, request.path, reason, form_keys.sequence_of(request))


def save_draft(request: HttpRequest) -> bool:
    """Keep a draft that the script has sent. Returns False when a newer text of this form is kept or carried out.

    Raises BadRequest for a form that the portal gave to nobody, for a wrong address and for a text that is too long.
    """
    key = form_keys.key_of(request)
    path = request.POST.get(form_keys.PATH, "")
    if key is None or not key.person or _match(place_of(path)) is None:
        raise BadRequest("This is no form of the portal.")
    with transaction.atomic():
        sequence = form_keys.sequence_of(request)
        if not _exists(request, key) or sequence <= form_keys.locked(key, path).sequence:
            return False
        if _answers(request.POST) is None:  # the person has emptied the form
            _note(key, sequence)
            forget(key)
            return True
        if _write(request, key, path, KeptReason.DRAFT, sequence) is None:
            raise BadRequest("This text can't be kept.")
    return True


def _exists(request: HttpRequest, key: form_keys.FormKey) -> bool:
    """Return whether the person of the key has an account that is open."""
    if key.person == request.user.pk:
        return True
    return bool(get_user_model().objects.filter(pk=key.person, is_active=True).exists())


def _note(key: form_keys.FormKey, sequence: int) -> None:
    FormPost.objects.filter(key=key.form, sequence__lt=sequence).update(sequence=sequence)


@transaction.atomic
def _write(
    request: HttpRequest, key: form_keys.FormKey, path: str, reason: KeptReason, sequence: int
) -> KeptText | None:
    """Write the row of the form, unless newer text is there. The text from which the form began is replaced."""
    fields, match = _answers(request.POST), _match(place_of(path))
    text = fields.urlencode() if fields else ""
    if not text or len(text) > LONGEST or not _exists(request, key):
        return None
    if match is not None and SECRET_ARGUMENTS & match.kwargs.keys():
        return None
    post = form_keys.locked(key, path)
    if sequence < post.sequence or (post.location and post.content == form_keys.content_of(request)):
        return None
    _note(key, sequence)
    row, is_new = KeptText.objects.update_or_create(
        form=key.form,
        defaults={
            "person_id": key.person,
            "place": place_of(path)[:300],
            "fields": text,
            "reason": reason,
            "at": clock.now(),
        },
    )
    if key.source:
        KeptText.objects.filter(form=key.source, person_id=key.person).delete()
    if is_new:
        newest = KeptText.objects.filter(person_id=key.person).values_list("pk", flat=True)
        KeptText.objects.filter(pk__in=list(newest[MOST_PER_PERSON:])).delete()
    return row


def forget(key: form_keys.FormKey) -> None:
    """Delete what is kept of a form that has been carried out."""
    KeptText.objects.filter(form__in=key.forms, person_id=key.person).delete()


def forget_old() -> int:
    """Delete kept texts that are older than 30 days. Returns how many were deleted."""
    return KeptText.objects.filter(at__lt=clock.now() - timedelta(days=DAYS)).delete()[0]


# ---------------------------------------------------------------- Showing


def kept_for(request: HttpRequest, *paths: str) -> dict[str, KeptText]:
    """Return the person's newest kept text for each of these addresses that has one, in one query."""
    by_place = {place_of(path): path for path in paths}
    rows = KeptText.objects.filter(person=request.user.pk, place__in=by_place).order_by("at")
    return {by_place[row.place]: row for row in rows}


def restored(request: HttpRequest, form: Form, *paths: str) -> Form:
    """Return the form, with the text that the portal keeps for it. For a post, return the form unchanged.

    `paths` are the addresses that the form posts to; without them, the address of the page. The form shows the text
    without errors: the person has not sent it yet.
    """
    if request.method not in ("GET", "HEAD") or form.is_bound:
        return form
    found = kept_for(request, *(paths or (request.path,)))
    newest = max(found.values(), key=lambda row: row.at, default=None)
    return filled(form, newest)


def filled(form: Form, row: KeptText | None) -> Form:
    """Return the form with the text of the row, if there is one. A form with posted data stays as it is.

    Use it only for a form that the view does not check: it shows no errors.
    """
    if row is not None and not form.is_bound:
        form.data, form.is_bound = QueryDict(row.fields), True
        vars(form).update(kept=row, _errors=ErrorDict())  # no errors: the form is shown, not checked
    return form


# ---------------------------------------------------------------- The responses of gates


def sign_in_page(request: HttpRequest) -> HttpResponseRedirect:
    """Keep what a post says, and redirect to the sign-in. From there the person returns to the form."""
    if keep(request, KeptReason.SIGNED_OUT):
        messages.info(request, _("What you entered is kept. Sign in to go on."))
    else:
        messages.info(request, _("You were signed out, so nothing has been done. Sign in to go on."))
    return redirect_to_login(form_page(request), resolve_url(settings.LOGIN_URL))


def refused(request: HttpRequest, sentence: str, back: Any, *, status: int = 409) -> HttpResponse:
    """Refuse a post whose rule or state has changed, and show the person what they typed.

    `sentence` says what happened, `back` is where the page leads. For a GET, this is a redirect to `back` with the
    sentence.
    """
    if request.method != "POST":
        messages.error(request, sentence)
        return redirect(back)
    row = keep(request, KeptReason.REFUSED)
    context = {
        "sentence": sentence,
        "back_url": resolve_url(back),
        "texts": texts_in(QueryDict(row.fields)) if row else [],
        "days": DAYS,
        "messages": [],  # a message of success would say the opposite
    }
    return render(request, "core/not_done.html", context, status=status)


def closed(request: HttpRequest) -> dict[str, Any]:
    """Keep what a post says whose page is closed to the person, and return the values for the page that says so."""
    row = keep(request, KeptReason.CLOSED)
    if row is None or row.person_id != request.user.pk:
        return {}
    return {"texts": texts_in(QueryDict(row.fields)), "days": DAYS}


def again(request: HttpRequest) -> dict[str, Any]:
    """Return the values for a page with a button that sends a post again. The database is not asked.

    Empty for other requests and for a post without a form of the portal: another site may not choose what a page of
    the portal shows.
    """
    key = form_keys.key_of(request)
    if key is None or not key.person:
        return {}
    texts = texts_in(request.POST)
    shown = {one.name for one in texts}
    hidden = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in shown and name not in SECRET_FIELDS
        for value in values
    ]
    return {"again": {"action": request.get_full_path(), "texts": texts, "hidden": hidden}}
