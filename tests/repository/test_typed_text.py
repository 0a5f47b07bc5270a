"""What a person types is never lost: every form with answers, met by every gate that can stop a post.

The tests read the forms from the pages and post what a browser would post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core import form_keys, hooks, kept
from core.models import KeptReason, KeptText
from tests import factories
from tests.core.test_faults import with_dead_database
from tests.repository.test_forms_once import KEYED, filled, stored, writer_of
from tests.repository.walk import routes
from tests.repository.world import FOREIGN, ROWS, acts_recorded, address, sample

# The world of the walk is made in a fixture of the module; the mark makes the database, also for one form alone.
pytestmark = pytest.mark.django_db

# Every address that takes what a person enters. A test below compares this list with the pages.
TYPED = [
    "accounts:profile",
    "duties:notifications",
    "groups:group-edit",
    "groups:leadership-delegate",
    "groups:office-end",
    "members:invitation-readdress",
    "members:join-group",
    "members:member-end",
    "members:membership-leave",
    "members:person-invite",
    "members:request-accept",
    "members:request-decline",
    "reporting:progress-edit",
    "reporting:report-extend",
    "reporting:report-review",
    "reporting:report-section",
    "reporting:report-share",
    "reporting:target-add",
    "reporting:target-drop",
    "reporting:target-edit",
    "reporting:target-review",
    "workspace:office-appoint",
]
PROVED = [
    "groups:leadership-delegate",
    "groups:office-end",
    "members:member-end",
    "workspace:office-appoint",
]
# 20,000 letters with line ends, accents and a script of three bytes a letter.
PARAGRAPH = "Une espèce – « Ñandú » – vit à Łódź & <chez nous>; 雪豹 aussi.\r\n\r\n"
LONG = (PARAGRAPH * 400)[:19_990] + "The end."


@dataclass
class Form:
    """A posting form of a page: where it leads, what a browser would post, and the fields that a person types in."""

    actions: list[str]
    data: dict[str, list[str]] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)
    buttons: set[str] = field(default_factory=set)

    @property
    def labels(self) -> dict[str, str]:
        """The label of each visible field by its name; empty for a choice."""
        return dict(one.split(":", 1) for one in self.data.get(form_keys.LABEL, []))


class Forms(HTMLParser):
    """The posting forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form([given.get("action", "")]) if given.get("method") == "post" else None
            self.found += [self._form] if self._form else []
        if self._form is None:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            self._form.data.setdefault(name, []).append(
                given.get("value", "on" if kind == "checkbox" else "")
            )
        elif tag == "button":
            self._form.actions += [given["formaction"]] if "formaction" in given else []
            self._form.buttons |= {name} - {""}
        elif tag == "textarea":
            self._area = name
            self._form.areas.add(name)
            self._form.data[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._form.data[self._select] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            if self._form is not None:
                text = self._form.data[self._area][0]
                self._form.data[self._area] = [text.removeprefix("\n")]
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.data[self._area][0] += data


@dataclass
class Scene:
    """A person who has opened a form and typed into it."""

    world: Any
    name: str
    given: dict[str, Any]
    writer: str
    url: str
    page_url: str
    typed: dict[str, Any] = field(default_factory=dict)

    def client(self, code: str = "", **options: Any) -> Client:
        """A browser in which somebody is signed in: the writer unless told otherwise."""
        client = Client(**options)
        client.cookies[settings.SESSION_COOKIE_NAME] = self.world.sessions[code or self.writer]
        return client

    def form(self, client: Client | None = None) -> Form:
        """The form on its page as the person sees it now."""
        response = (client or self.client()).get(self.page_url)
        assert response.status_code == 200, (self.page_url, response.status_code)
        return next(
            one
            for one in Forms(response.content.decode()).found
            if self.url in [action or self.page_url.split("?")[0] for action in one.actions]
        )


def scene(world: Any, name: str, place: Any = None) -> Scene:
    group = place or world.group
    given = sample(name, group, world)
    url = address(name, group, given)
    return Scene(world, name, given, writer_of(world, name, given), url, kept.page_of(kept.place_of(url)))


def wild(one: Scene) -> dict[str, Any]:
    """What a browser posts after a person has typed long texts into every field of the form, and made choices."""
    form = one.form()
    choices = {name: [str(value)] for name, value in one.given.get("_data", {}).items()}
    typed = {
        name: [LONG if name in form.areas else "Ñandú & <雪豹>, « Łódź »"]
        for name, label in form.labels.items()
        if label
    }
    return {**form.data, **choices, **typed}


@pytest.fixture(params=TYPED)
def opened(world, request):
    """Each form in turn, opened and typed into. Whatever happens is taken back."""
    with transaction.atomic():
        one = scene(world, request.param)
        one.typed = wild(one)
        yield one
        transaction.set_rollback(True)


def entered(form: Form, typed: dict[str, Any]) -> dict[str, Any]:
    """The answers of a form that the person gave."""
    return {name: form.data.get(name) for name in asked(form, typed)}


def asked(form: Form, typed: dict[str, Any]) -> dict[str, Any]:
    """What was posted, without the form's own fields and the button that was pressed."""
    left_out = form_keys.OWN_FIELDS | form.buttons
    return {name: values for name, values in typed.items() if name not in left_out}


def assert_given_back(one: Scene, words: str = "Nothing has been done yet") -> None:
    """The form shows what was typed, at the same place, to this person only; the post that follows is the person's."""
    form = one.form()
    assert entered(form, one.typed) == asked(form, one.typed)
    page = one.client().get(one.page_url).content.decode()
    assert words in page
    assert 'class="errs"' not in page
    for code in ("AP", "LE alone", "CA"):
        if code != one.writer:
            theirs = one.client(code).get(one.page_url).content.decode()
            assert words not in theirs
            assert "Ñandú" not in theirs


# ---------------------------------------------------------------- Which forms there are


def test_the_list_names_every_form_with_answers(world):
    """Each posting address: does the form that leads to it keep what a person enters?"""
    found = []
    for name in KEYED:
        with transaction.atomic():
            one = scene(world, name)
            try:
                form = one.form()
            except (AssertionError, StopIteration):
                form = Form([])  # the sample's page shows no form; its template is read below
            found += [name] if form.labels else []
            transaction.set_rollback(True)
    assert found == TYPED


@pytest.mark.parametrize("name", [name for name in ROWS if not FOREIGN.match(name)])
def test_an_address_that_only_takes_posts_names_the_page_with_its_form(world, name):
    """After the sign-in a person returns to a page, and not to an address that refuses to be read."""
    if name == "core:text-save":
        return  # the script posts to it, no form does
    with transaction.atomic():
        given = sample(name, world.group, world)
        client = Client()
        code = writer_of(world, name, given) if "write" in ROWS[name] else given.get("_owner", "LE")
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[code]
        with transaction.atomic():
            reads = client.get(address(name, world.group, given)).status_code != 405
        assert reads != hasattr(routes()[name].view, "shown_on"), name
        if not reads:
            page = kept.page_of(kept.place_of(address(name, world.group, given)))
            assert client.get(page).status_code != 405
        transaction.set_rollback(True)


# ---------------------------------------------------------------- The gates


def test_a_session_that_ended_keeps_what_was_typed(opened):
    before = stored()
    response = Client().post(opened.url, opened.typed)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert stored() == before
    assert KeptText.objects.get().reason == KeptReason.SIGNED_OUT
    assert_given_back(opened)


def test_a_form_of_another_session_is_shown_again_with_what_was_typed(opened):
    """Somebody who signed in again in another tab: the token of the open form is no longer right."""
    before = stored()
    response = opened.client(enforce_csrf_checks=True).post(opened.url, opened.typed)
    assert (response.status_code, response["Location"]) == (302, opened.page_url)
    assert stored() == before
    assert_given_back(opened)


def test_a_second_step_that_is_asked_for_keeps_what_was_typed(opened, monkeypatch):
    person, browser = opened.world.cast[opened.writer], Client()
    Authenticator.objects.filter(user=person).delete()
    person.refresh_from_db()
    factories.sign_in(browser, person)  # without the factor, and the session from before has ended
    before = stored()
    with monkeypatch.context() as patch:
        patch.setattr(hooks, "_second_factor", [lambda request: True])
        response = browser.post(opened.url, opened.typed)
    assert (response.status_code, response["Location"]) == (302, reverse("mfa_index"))
    assert stored() == before
    factories.give_second_factor(person)
    person.refresh_from_db()
    factories.sign_in(browser, person)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    monkeypatch.setitem(opened.world.sessions, opened.writer, session)
    assert_given_back(opened)


@pytest.mark.parametrize("name", PROVED)
def test_a_proof_that_is_no_longer_fresh_keeps_what_was_typed(world, name):
    with transaction.atomic():
        one = scene(world, name)
        one.typed = wild(one)
        before = stored()
        factories.refresh(one.client(), ago=16 * 60)
        response = one.client().post(one.url, one.typed)
        assert response["Location"].startswith(reverse("account_reauthenticate"))
        assert stored() == before
        factories.refresh(one.client())
        assert_given_back(one)
        transaction.set_rollback(True)


def test_a_page_that_closed_shows_what_was_typed_for_copying(opened):
    """The object or the right is gone: here, the address of the open form names a group or an object no more."""
    gone = re.sub(r"/cat/|/\d+/(?=leave/$)", "/999999/", opened.url)
    if gone == opened.url:
        assert opened.name in {"accounts:profile", "duties:notifications"}  # a person's own pages stay
        return
    before = stored()
    response = opened.client().post(gone, opened.typed)
    assert response.status_code == 404
    assert stored() == before
    page = response.content.decode()
    assert_shows_texts(page, opened)
    row = KeptText.objects.get()
    assert (row.person, row.reason) == (opened.world.cast[opened.writer], KeptReason.CLOSED)
    copy = opened.client().get(reverse("core:kept-text", args=[row.pk])).content.decode()
    assert_shows_texts(copy, opened)
    assert (
        opened.client("CA" if opened.writer != "CA" else "LE")
        .get(reverse("core:kept-text", args=[row.pk]))
        .status_code
        == 404
    )


class Areas(HTMLParser):
    """The texts in the text areas of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "textarea":
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "textarea"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def assert_shows_texts(page: str, one: Scene) -> None:
    """Every text that the person typed is on the page, as typed, beside its label."""
    labels = dict(label.split(":", 1) for label in one.typed[form_keys.LABEL])
    shown = [text.removeprefix("\n") for text in Areas(page).texts]
    for name, label in labels.items():
        if label:
            assert one.typed[name][0] in shown, name


def test_without_the_database_the_page_gives_back_what_was_typed_and_can_send_it_again(opened):
    response = with_dead_database(
        lambda: opened.client(raise_request_exception=False).post(opened.url, opened.typed)
    )
    assert response.status_code in (500, 503)
    page = response.content.decode()
    form = next(one for one in Forms(page).found if opened.url in one.actions)
    expected = {name: values for name, values in opened.typed.items() if values != []}
    assert {name: form.data.get(name) for name in expected} == expected
    assert not KeptText.objects.exists()


def test_a_stranger_s_post_is_not_kept_and_not_shown(opened):
    """The control: without the key that the portal gave to this person, a post leaves nothing anywhere."""
    key = opened.typed[form_keys.FIELD][0]
    for wrong in ("", key[:-2], form_keys.new_key(None)):
        posted = {**opened.typed, form_keys.FIELD: wrong}
        Client().post(opened.url, posted)
        opened.client(enforce_csrf_checks=True).post(opened.url, posted)
        browser = opened.client(raise_request_exception=False)
        page = with_dead_database(partial(browser.post, opened.url, posted)).content.decode()
        assert "Ñandú" not in page
    assert not KeptText.objects.exists()
    assert "Ñandú" not in opened.client().get(opened.page_url).content.decode()


def test_somebody_else_at_the_same_computer_never_sees_what_was_typed(opened):
    """The form stays open, the next person signs in, and somebody presses the button."""
    other = "OM" if opened.writer != "OM" else "ME"
    response = opened.client(other, enforce_csrf_checks=True).post(opened.url, opened.typed)
    assert response.status_code == 403
    assert "Ñandú" not in response.content.decode()
    assert KeptText.objects.get().person == opened.world.cast[opened.writer]
    assert_given_back(opened)


# ---------------------------------------------------------------- Afterwards


# What the samples' posts need to be carried out, where the sample itself is refused.
def valid(one: Scene) -> dict[str, Any]:
    return {**one.form().data, **one.given.get("_data", {}), **filled(one.name)}


def texts(data: dict[str, Any]) -> list[str]:
    """The names of the fields that hold a text."""
    return [label.split(":", 1)[0] for label in data[form_keys.LABEL] if label.split(":", 1)[1]]


@pytest.mark.parametrize("name", TYPED)
def test_what_was_kept_is_carried_out_once_the_button_is_pressed_and_then_forgotten(world, name):
    with transaction.atomic():
        one = scene(world, name)
        data = valid(one)
        Client().post(one.url, data)
        had_entered = KeptText.objects.count()
        form, acts = one.form(), acts_recorded()
        response = one.client().post(one.url, {**form.data, **one.given.get("_data", {}), **filled(name)})
        assert response.status_code == 302, response.content.decode()[-3000:]
        assert acts_recorded() > acts or not one.given.get("_data")
        assert had_entered == 1 or not any(one.given.get("_data", {}).values())
        assert not KeptText.objects.exists()
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", TYPED)
def test_a_used_form_with_other_content_is_acted_on_or_shows_its_text(world, name):
    """Sent with a typing error, stopped, corrected, sent again: the corrected text is not swallowed."""
    with transaction.atomic():
        one = scene(world, name)
        data = valid(one)
        assert one.client().post(one.url, data).status_code == 302
        acts = acts_recorded()
        corrected = {
            label: f"other.{value}" if isinstance(value := data.get(label), str) else ["Corrected text"]
            for label in texts(data)
        }
        response = one.client().post(one.url, {**data, **corrected})
        page = response.content.decode() if response.status_code != 302 else ""
        shown = all(str(text if isinstance(text, str) else text[0]) in page for text in corrected.values())
        assert acts_recorded() > acts or (corrected and shown) or not corrected, name
        transaction.set_rollback(True)
