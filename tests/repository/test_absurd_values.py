"""No number, however large, and no odd text from outside ends in the 500 page: in addresses, filters and form fields.

The test reads addresses, filters and fields from the portal itself, so it also asks those that are added later. The
client raises what a view raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from core import form_keys
from core.access import public_page
from sscportal import urls
from tests.repository.test_access_table import expected
from tests.repository.test_forms_once import filled
from tests.repository.walk import routes
from tests.repository.world import ROWS, address, sample

pytestmark = pytest.mark.django_db
# More than the database stores: as a count, as a key, and as a number that Python reads but no date has.
NUMBERS = [2**31, 10**20 - 1, 10**400 - 1]
# Fields alone get these in turn: a large number, what only looks like a number, a byte that PostgreSQL cannot store.
ALONE = [str(10**20 - 1), "²", "1\x00"]
# All fields together get these as well.
TOGETHER = [*ALONE, *map(str, NUMBERS), "-1", "0", "1e400", "NaN", "٣"]


class Fields(HTMLParser):
    """The names of the fields of a page's forms, by method, and under "get" the names in the queries of its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: dict[str, set[str]] = {"get": {"page"}, "post": set()}
        self._method = "post"
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._method = given.get("method", "get").lower()
        elif tag in {"input", "textarea", "select", "button"} and given.get("name"):
            self.names[self._method].add(given["name"])
        elif tag == "a":
            self.names["get"] |= set(parse_qs(urlsplit(given.get("href", "")).query))


class Visit:
    """One route, opened by somebody whom the table lets in."""

    def __init__(self, world: Any, name: str) -> None:
        self.name, self.world = name, world
        self.given = sample(name, world.group, world)
        self.row = ROWS[name]
        # Routes of other packages may need objects that the walk cannot make.
        self.possible = not routes()[name].arguments - {"group"} - set(self.given)
        self.client = Client()
        if (code := self._reader()) != "VI":
            self.client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[code]

    def _reader(self) -> str:
        if self.row["area"] == "public":
            return "VI"
        method = "write" if "write" in self.row else "read"
        return self.given.get("_owner") or next(
            code
            for code in ("LE", "CA", *self.world.cast.people)
            if expected(self.row, method, code, self.world.codes[code]) == "allowed"
        )

    def key(self) -> str:
        """A key of a form that the portal gave to the person of this visit."""
        person = self.client.session.get(SESSION_KEY)
        return form_keys.new_key(int(person) if person else None)

    def address(self, **changed: int) -> str:
        return address(self.name, self.world.group, {**self.given, **changed})

    def fields(self, method: str) -> list[str]:
        """The names of what the page sends with this method, and of what the walk's sample sends."""
        page = self.client.get(self.address())
        is_page = page["Content-Type"].startswith("text/html") and not page.streaming
        names = Fields(page.content.decode()).names[method] if is_page else set()
        return sorted(names - {"csrfmiddlewaretoken"})

    def status(self, method: str, url: str, data: dict[str, str] | None = None) -> int:
        """The status of one request. What a view raises is raised here; what the request changed is taken back."""
        with transaction.atomic():
            answer = getattr(self.client, method)(url, data or {})
            transaction.set_rollback(True)
        status: int = answer.status_code
        return status


@contextmanager
def visit(world: Any, name: str) -> Iterator[Visit]:
    """Open a route. What it needs is made before and taken back after."""
    with transaction.atomic():
        yield Visit(world, name)
        transaction.set_rollback(True)


def ask_with_odd_filters(page: Visit) -> None:
    names = page.fields("get")
    given = [{name: text} for name, text in zip(names, cycle(ALONE), strict=False)]
    for query in [*given, *(dict.fromkeys(names, text) for text in TOGETHER)]:
        assert page.status("get", f"{page.address()}?{urlencode(query)}") < 500, query


def ask_with_odd_numbers_in_the_address(page: Visit) -> None:
    for key, value in page.given.items():
        if isinstance(value, int) and not key.startswith("_"):
            for number in (0, *NUMBERS):
                for method in ("get", "post"):
                    assert page.status(method, page.address(**{key: number})) < 500, (key, number)


def post_odd_fields(page: Visit) -> None:
    valid = {**page.given.get("_data", {}), **filled(page.name)}
    names = sorted({*page.fields("post"), *valid} - {form_keys.FIELD})
    given = [{**valid, name: text} for name, text in zip(names, cycle(ALONE), strict=False)]
    for data in [*given, *(dict.fromkeys(names, text) for text in TOGETHER)]:
        keyed = {**data, form_keys.FIELD: page.key()}
        assert page.status("post", page.address(), keyed) < 500, data


@pytest.mark.parametrize("name", sorted(name for name in ROWS if not name.startswith("/")))
def test_a_page_takes_any_value_in_its_address_its_filters_and_its_form(world, name):
    with visit(world, name) as page:
        if page.possible:
            ask_with_odd_filters(page)
            ask_with_odd_numbers_in_the_address(page)
            post_odd_fields(page)


# ---------------------------------------------------------------- The control: a page that takes no large number


@public_page
def careless(request: HttpRequest, number: int = 0) -> HttpResponse:
    """A page that hands every number on to Python's C code."""
    for text in (*request.GET.values(), *request.POST.values(), number):
        "".center(int(str(text)) if str(text).isdigit() else 0)
    return HttpResponse('<form method="post"><input name="count"></form><a href="?year=2026">2026</a>')


urlpatterns = [path("careless/<int:number>/", careless, name="careless"), *urls.urlpatterns]


@pytest.mark.parametrize("ask", [ask_with_odd_filters, ask_with_odd_numbers_in_the_address, post_odd_fields])
def test_a_careless_page_is_found(world, settings, monkeypatch, ask):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setitem(ROWS, "careless", {"area": "public", "resource": ""})
    monkeypatch.setattr("tests.repository.test_absurd_values.sample", lambda *_: {"number": 1})
    with visit(world, "careless") as page, pytest.raises((OverflowError, ValueError)):
        ask(page)
