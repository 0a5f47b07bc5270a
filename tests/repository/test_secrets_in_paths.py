"""No secret of an address is kept: not in a table, not in a session, not in a log line.

The test reads the routes from the URLconf, so it also finds a route that is added later.
"""

from __future__ import annotations

import io
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from core import clock, form_keys, scope
from core.logs import LineFormatter, without_secrets
from core.models import FormPost
from members.models import Handshake
from members.views.invitations import OPENED
from tests import factories
from tests.members import samples
from tests.repository.walk import routes
from tests.repository.world import SAMPLES, address

# Arguments whose value opens something for the person who knows it. The keys of allauth's own mails would be found too.
LIKE_A_SECRET = re.compile(r"secret|token|key|hash|code|otp|sig", re.IGNORECASE)
SECRET_ROUTES = sorted(
    name
    for name, route in routes().items()
    if any(LIKE_A_SECRET.search(argument) for argument in route.arguments)
)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, also warnings, as the portal's formatter writes it."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(LineFormatter())
    watched = [logging.getLogger(name) for name in ("", "django.request", "django.security.csrf")]
    levels = [(one, one.level, one.propagate) for one in watched]
    for one in watched:
        one.addHandler(handler)
        one.setLevel(logging.DEBUG)
    yield lines
    for one, level, propagate in levels:
        one.removeHandler(handler)
        one.setLevel(level)
        one.propagate = propagate


def stores_with(text: str, lines: io.StringIO) -> set[str]:
    """The tables, the sessions and the log, of those that contain the text."""
    found = {"log"} if text in lines.getvalue() else set()
    if any(text in str(row.get_decoded()) for row in Session.objects.all()):
        found.add("sessions")
    with scope.read_everywhere("checks"), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def secret_of(given: dict) -> str:
    return samples.SECRET + "cat" if "secret" in given else next(iter(given.values()))


def test_the_routes_with_a_secret_are_known():
    """allauth sends codes that people type, and no link with a key."""
    assert SECRET_ROUTES == ["members:invitation", "members:invitation-with-more"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", SECRET_ROUTES)
def test_a_path_with_a_secret_is_printed_without_it(name, group, cast):
    given = SAMPLES[name](group, cast)
    path = address(name, group, given)
    assert secret_of(given) in path
    assert secret_of(given) not in without_secrets(path)
    assert secret_of(given) not in without_secrets(f"Forbidden (CSRF token missing.): {path}accept/")
    assert secret_of(given) not in without_secrets("/en/sign-in/?next=" + path.replace("/", "%2F"))


def test_other_paths_are_printed_whole():
    for path in (
        "/en/g/cat/members/invitations/12/",
        "/en/my-invitations/12/",
        "/en/opened-invitations/12/accept/",
    ):
        assert without_secrets(path) == path


@pytest.mark.django_db
@pytest.mark.parametrize("name", SECRET_ROUTES)
def test_no_store_contains_a_secret_after_a_visit_a_refused_post_and_an_answer(name, group, cast, logged):
    given = SAMPLES[name](group, cast)
    path, secret = address(name, group, given), secret_of(given)
    with scope.group_scope(group):
        Handshake.objects.update(expires_at=clock.now() + timedelta(days=9))
    for person in (None, cast["ME"]):
        client = Client(enforce_csrf_checks=True)
        if person is not None:
            client.force_login(person)
        assert client.head(path).status_code == 302
        opened = client.get(path)["Location"]
        client.get(opened)
        client.post(path, {form_keys.FIELD: form_keys.new_key(None)})  # refused: the form has no token
        client.get(f"{path}nowhere/")
    assert "Forbidden" in logged.getvalue()
    client = Client()
    client.force_login(cast["ME"])
    opened = client.get(path)["Location"]
    for act in ("other-address", "accept", "decline"):
        client.post(f"{opened}{act}/", {form_keys.FIELD: form_keys.new_key(cast["ME"].pk)})
    with scope.group_scope(group):
        assert Handshake.objects.get(email="invited@example.org").state == "declined"
    assert stores_with(secret, logged) == set()


@pytest.mark.django_db
def test_a_secret_that_was_kept_would_be_found(group, cast, logged, client):
    """The control, with one fault in each kind of store."""
    path = address("members:invitation", group, SAMPLES["members:invitation"](group, cast))
    secret = samples.SECRET + "cat"
    client.force_login(factories.make_person("Any", "Body"))
    session = client.session
    session[OPENED] = {"1": secret}
    session.save()
    FormPost.objects.create(key=uuid.uuid4(), person=cast["ME"], path=path, at=clock.now())
    logging.getLogger("elsewhere").warning("Forbidden: %s", path.replace("invitation", "unlisted"))
    assert stores_with(secret, logged) == {"sessions", "core_formpost", "log"}
