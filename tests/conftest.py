"""Fixtures for every test: reference data, two groups, one person for each role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from accounts.models import Region, User
from core import cached
from groups.models import Category, Group
from groups.reference import load as load_groups
from members.reference import load as load_members
from reporting.reference import load as load_reporting
from sscportal.settings.apps import PACKAGES
from tests import factories


def pytest_configure(config: pytest.Config) -> None:
    """Make what Django or Python deprecates an error in our own modules, so that the next version is a small step."""
    for kind in ("DeprecationWarning", "PendingDeprecationWarning"):
        config.addinivalue_line("filterwarnings", f"error::{kind}:({'|'.join([*PACKAGES, 'tests'])})")


def load_reference() -> None:
    """The reference data that a fresh portal has, if the database has none yet."""
    if Category.objects.exists():
        return
    load_groups()
    load_members()
    load_reporting()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with reference data that each test finds unchanged."""
    with django_db_blocker.unblock():
        load_reference()


@pytest.fixture
def reference(db):
    """Reference data, also after a test that emptied the tables."""
    load_reference()


@pytest.fixture(autouse=True)
def _empty_cache():
    """Limits, cached values and the language of one test never reach the next."""
    translation.deactivate()
    cache.clear()
    cached.forget_all()


class FreshClient(Client):
    """A client whose people signed in just now; `factories.sign_in` opens an older session."""

    def force_login(self, user: User, backend: str | None = None) -> None:
        super().force_login(user, backend)
        factories.refresh(self)


@pytest.fixture
def client() -> FreshClient:
    """In place of pytest-django's, so that acts that ask for a fresh proof find one."""
    return FreshClient()


@pytest.fixture
def group(reference) -> Group:
    """The group under test."""
    return factories.make_group("Cat Specialist Group", slug="cat", acronym="Cat SG")


@pytest.fixture
def other_group(reference) -> Group:
    """Somebody else's group: nothing of it may be seen."""
    return factories.make_group("Otter Specialist Group", slug="otter", acronym="OSG")


@dataclass
class Cast:
    """One person for each role of the security model, by its code; `other`: the same in the other group."""

    people: dict[str, User] = field(default_factory=dict)
    other: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, code: str) -> User:
        return self.people[code]


OFFICE_OF = {
    "LE": "chair",
    "DE": "deputy_chair",
    "RL": "red_list_coordinator",
    "PO": "programme_officer",
    "TR": "treasurer",
    "FP": "focal_point",
    "NS": "network_support",
}


def make_cast(group: Group, other_group: Group) -> Cast:
    """Everybody: AP, ME, OM, LE … SU. VI is the visitor and has no account."""
    cast = Cast()
    for place, people in ((group, cast.people), (other_group, cast.other)):
        for code, office in OFFICE_OF.items():
            person = factories.make_person(code.title(), place.slug.title())
            factories.make_member(place, person)
            factories.appoint(place, person, office, topic="planning" if code == "FP" else "")
            people[code] = person
        people["ME"] = factories.make_person("Member", place.slug.title())
        factories.make_member(place, people["ME"])
    for code in ("NS", "TR"):
        factories.give_second_factor(cast[code])
        factories.give_second_factor(cast.other[code])
    cast.people["OM"] = cast.other["ME"]
    cast.people["AP"] = factories.make_person("Applicant", "Nowhere")
    for code in ("CS", "CA", "SC", "DC", "SM"):
        cast.people[code] = factories.make_person(code.title(), "Office")
        factories.appoint_network(cast[code], code)
    cast.people["RR"] = factories.make_person("Regional", "Reviewer")
    factories.appoint_network(cast["RR"], "RR", region=Region.objects.first())
    cast.people["SU"] = factories.make_person("Super", "User", is_superuser=True)
    factories.give_second_factor(cast["SU"])
    return cast


@pytest.fixture
def cast(group, other_group) -> Cast:
    """Everybody, with offices in the two groups."""
    return make_cast(group, other_group)


@pytest.fixture
def leader(cast) -> User:
    return cast["LE"]


@pytest.fixture
def member(cast) -> User:
    return cast["ME"]


@pytest.fixture
def stranger(reference) -> User:
    """Signed in, and nothing more."""
    return factories.make_person("Stranger", "Passing")


class ProcessesTogether(LoadScopeScheduling):
    """Hands out test by test, except those that start server processes: they share one worker, one after the other.

    pytest-xdist's own groups rely on a part of pytest that it no longer has.
    """

    FILES = (
        "tests/devstack/test_demo.py",
        "tests/sscportal/test_operations.py",
        "tests/sscportal/test_production.py",
    )

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(self.FILES) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ProcessesTogether | None:
    """Use this scheduler where xdist's groups are asked for."""
    return ProcessesTogether(config, log) if config.getvalue("dist") == "loadgroup" else None
