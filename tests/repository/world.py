"""Fixtures for tests of all pages: the access table, sample objects for every route, and all people signed in."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core import clock, scope
from groups.models import Group
from tests import conftest, factories
from tests.repository.walk import routes

ROOT = Path(__file__).resolve().parents[2]
TABLE = tomllib.loads((ROOT / "groups" / "access_table.toml").read_text())
RESOURCES: dict[str, dict[str, str]] = TABLE["resources"]
ROWS: dict[str, dict[str, str]] = TABLE["routes"]
CODES = [
    "VI",
    "AP",
    "ME",
    "OM",
    "LE",
    "DE",
    "RL",
    "PO",
    "TR",
    "FP",
    "NS",
    "CS",
    "CA",
    "SC",
    "DC",
    "SM",
    "RR",
    "SU",
]
NETWORK = {"CS", "CA", "SC", "DC", "SM", "RR", "SU"}
# Offices whose holders may be no members of the group.
ALONE = ("LE", "NS")
# Pages of django-allauth have no declaration of ours; whether they are open is its own mark on the view.
FOREIGN = re.compile(r"^(account_|mfa_|socialaccount_|orcid_|/)")


def makers() -> dict[str, Any]:
    """What each app offers as sample objects for its routes, from tests/<app>/samples.py."""
    found: dict[str, Any] = {}
    for path in sorted((ROOT / "tests").glob("*/samples.py")):
        found |= importlib.import_module(f"tests.{path.parent.name}.samples").SAMPLES
    return found


SAMPLES = makers()


@dataclass
class World:
    """Both groups and everybody, each signed in, inside one transaction that ends in nothing."""

    group: Group
    other_group: Group
    cast: conftest.Cast
    sessions: dict[str, str] = field(default_factory=dict)
    # Role codes that a person holds in the own group, and in the other one.
    codes: dict[str, set[str]] = field(default_factory=dict)
    codes_elsewhere: dict[str, set[str]] = field(default_factory=dict)

    def ask(self, code: str, method: str, url: str, data: dict | None) -> Any:
        """One request by one person; whatever it changed is taken back."""
        client = Client(raise_request_exception=True)
        if code != "VI":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[code]
        with transaction.atomic():
            response: Any = client.get(url) if method == "read" else client.post(url, data or {})
            response.acts = acts_recorded()
            transaction.set_rollback(True)
        return response


def acts_recorded() -> int:
    """How many acts the audit trail holds."""
    with scope.read_everywhere("checks"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry")
        return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        conftest.load_reference()
        own = factories.make_group("Cat Specialist Group", slug="cat")
        other = factories.make_group("Otter Specialist Group", slug="otter")
        cast = conftest.make_cast(own, other)
        delegated = factories.make_person("Delegated", "Deputy")
        factories.make_member(own, delegated)
        factories.appoint(own, delegated, "deputy_chair")
        factories.appoint(
            own, delegated, "delegate", made_by=cast["LE"], ends_on=clock.today() + timedelta(days=30)
        )
        cast.people["DD"] = delegated
        for (
            code
        ) in ALONE:  # with an office and no membership, so that no right of members hides a missing one
            person = factories.make_person(code.title(), "Alone")
            factories.appoint(own, person, conftest.OFFICE_OF[code])
            factories.give_second_factor(person)
            cast.people[f"{code} alone"] = person
        made = World(own, other, cast)
        for code, person in cast.people.items():
            client = conftest.FreshClient()
            client.force_login(person)
            made.sessions[code] = client.cookies[settings.SESSION_COOKIE_NAME].value
            made.codes[code] = set() if code in {"AP", "OM"} else {code.removesuffix(" alone")}
            if code in conftest.OFFICE_OF or code == "DD":
                made.codes[code] |= {"ME"}
            made.codes_elsewhere[code] = made.codes[code] & NETWORK
        made.codes["DD"] |= {"DE"}
        made.codes_elsewhere["OM"] = {"ME"}  # a member over there
        yield made
        transaction.set_rollback(True)


def sample(name: str, place: Group, world: World) -> dict[str, Any]:
    """An object of the group for the route: arguments of the address, and `_data` for its form."""
    return dict(SAMPLES[name](place, world.cast)) if name in SAMPLES else {}


def address(name: str, place: Group, given: dict[str, Any]) -> str:
    kwargs = {key: value for key, value in given.items() if not key.startswith("_")}
    if "group" in routes()[name].arguments:
        kwargs.setdefault("group", place.slug)
    with translation.override("en"):  # a request leaves its language behind
        return reverse(name, kwargs=kwargs)
