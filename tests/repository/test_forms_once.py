"""Every form that posts has a key and acts once, or is on the list of forms that need no key.

The test reads the forms from the pages, so it also finds forms that are added later.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve

from core import form_keys, scope
from members.models import Conditions
from tests.repository.test_access_table import expected
from tests.repository.test_pages import PAGES, is_page, open_page
from tests.repository.walk import routes
from tests.repository.world import FOREIGN, ROOT, ROWS, address, sample

# A second post of these changes nothing, for the reason beside each.
NEEDS_NONE = {
    "members:member-export": "adds nothing to what is kept; each file that leaves is recorded",
    "members:invitation-prove": "a code is used up by its first use, and few are sent",
    "accounts:prove-again": "a code is used up by its first use, and few are sent",
    "members:invitation-decline": "the link is enough, without a session; the state refuses a second answer",
    "members:invitation-new-link": "without a session; who invited is told once for each link",
    "members:invitation-sign-out": "ends the session and adds nothing",
}
# Templates with a form that leads to one of these, or to the sign-in's own pages.
BARE = [
    "429.html",
    "accounts/prove_again.html",
    "accounts/prove_again.html",
    "components/account_links.html",
    "components/send_again.html",
    "members/invitation_closed.html",
    "members/invitation_other.html",
    "members/invitation_prove.html",
    "members/invitation_prove.html",
    "members/member_list.html",
]
POST_FORM = re.compile(r"<form[^>]*?method=\"post\".*?</form>", re.DOTALL)
KEYED = sorted(name for name, route in routes().items() if getattr(route.view, "acts_once", False))
POSTING = sorted(
    name for name, row in ROWS.items() if not FOREIGN.match(name) and ("write" in row or name in NEEDS_NONE)
)


class Forms(HTMLParser):
    """The posting forms of a page: where each leads, and the names of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._open: set[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "").lower() == "post":
            self._open = set()
            self.found.append((given.get("action") or "", self._open))
        elif tag in {"input", "textarea", "select", "button"} and self._open is not None:
            self._open.add(given.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def target(action: str, page: str) -> str:
    """The route that a form leads to."""
    return resolve((action or page).split("?")[0]).view_name


def test_every_address_that_takes_a_form_acts_once_or_says_why_not():
    assert set(POSTING) == (set(KEYED) & set(POSTING)) | set(NEEDS_NONE)
    assert set(KEYED) & set(NEEDS_NONE) == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_form_on_a_page_carries_the_key_that_its_address_asks_for(world, name):
    response, _ = open_page(world, name)
    if not is_page(response):
        return
    for action, names in Forms(response.content.decode()).found:
        route = target(action, response.wsgi_request.path)
        if FOREIGN.match(route):
            continue
        assert (form_keys.FIELD in names) == (route in KEYED) or route in NEEDS_NONE, (route, names)


def written_forms() -> dict[str, list[str]]:
    """The posting forms of our own templates as they are written, also those that wait for a rare state."""
    folders = (ROOT / "templates", ROOT / "devstack" / "templates")
    foreign = {"account", "mfa", "socialaccount", "allauth"}
    found = {
        path.relative_to(folder).as_posix(): POST_FORM.findall(path.read_text())
        for folder in folders
        for path in folder.rglob("*.html")
        if path.relative_to(folder).parts[0] not in foreign
    }
    return {name: forms for name, forms in found.items() if forms}


def test_every_written_form_carries_the_key_or_says_why_not():
    bare = sorted(name for name, forms in written_forms().items() for form in forms if "{% once" not in form)
    assert bare == sorted(BARE)
    assert sum(len(forms) for forms in written_forms().values()) > 30


# ---------------------------------------------------------------- A double click, for every address with a key


WRITER = {"members:join-group": "AP"}


def stored() -> dict[str, int]:
    """How many rows each table holds, without the keys themselves and what a session leaves."""
    quiet = {"core_formpost", "core_kepttext", "django_session", "core_cache"}
    with scope.read_everywhere("checks"), connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in quiet]
        counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
        cursor.execute(counted)
        return dict(cursor.fetchall())


def filled(name):
    """What a form asks for beyond the walk's sample."""
    signed = {"conditions": Conditions.in_force().pk, "agree": "on"}
    return {
        "members:person-invite": {
            "given_name": "Oyelaran",
            "family_name": "Adebayo",
            "email": "twice@example.org",
            "language": "en",
        },
        "members:join-group": signed,
        "members:my-invitation-accept": signed,
    }.get(name, {})


def writer_of(world, name, given):
    """The code of somebody whom the table lets in."""
    row = ROWS[name]
    return (
        given.get("_owner")
        or WRITER.get(name)
        or next(
            code
            for code in ("LE", *world.cast.people)
            if row["area"] == "public" or expected(row, "write", code, world.codes[code]) == "allowed"
        )
    )


def clicks(world, name, forms):
    """Somebody posts the sample in each of these forms, named by a word each: places, and rows after each."""
    with transaction.atomic():
        given = sample(name, world.group, world)
        url, writer = address(name, world.group, given), writer_of(world, name, given)
        client, places, rows = Client(), [], [stored()]
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[writer]
        opened = {form: form_keys.new_key(world.cast[writer].pk) for form in forms}
        for form in forms:
            key = opened[form]
            response = client.post(url, {**given.get("_data", {}), **filled(name), form_keys.FIELD: key})
            places.append((response.status_code, response.get("Location")))
            rows.append(stored())
        transaction.set_rollback(True)
    return places, rows


@pytest.mark.parametrize("name", KEYED)
def test_a_double_click_acts_once_and_lands_on_the_same_page(world, name):
    places, rows = clicks(world, name, ["one", "one"])
    if places[0][0] != 302:  # the sample's form was refused: nothing was done, and the key is free again
        assert name in REFUSED, (name, places)
        assert rows[0] == rows[1] == rows[2]
        return
    assert places[0] == places[1]
    assert rows[1] == rows[2], {table for table in rows[1] if rows[1][table] != rows[2][table]}
    # The first click did something. The rows of kept texts are not counted.
    assert name in REFUSED or name == "core:kept-text" or rows[0] != rows[1], name


# Where the walk's sample is not what the form takes; the first click must do nothing then.
REFUSED = {
    "groups:logo-edit": "takes a file",
    "members:invitation-accept": "the link of the sample has run out",
    "reporting:report-send": "takes the sign of the version that was shown",
}


def test_without_the_key_a_double_click_acts_twice(world):
    """The control: the same two posts with a key each."""
    twice = []
    for name in KEYED:
        _, rows = clicks(world, name, ["one", "another"])
        if rows[1] != rows[2]:
            twice.append(name)
    assert {"members:invitation-readdress", "reporting:target-add"} <= set(twice)


@pytest.mark.django_db
def test_a_page_whose_form_lost_its_key_is_found(client, group, leader):
    client.force_login(leader)
    page = client.get(address("workspace:office-appoint", group, {})).content.decode()
    forms = [names for action, names in Forms(page).found if not action]
    assert [form_keys.FIELD in names for names in forms] == [True]
    bare = re.sub(rf'<input[^>]*name="{form_keys.FIELD}"[^>]*>', "", page)
    assert [form_keys.FIELD in names for action, names in Forms(bare).found if not action] == [False]
