"""Every route does what the access table says, for every role, in the person's own group and in another group.

These tests name no permission: they read the expected status from the table and compare it with the page's answer.
"""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from groups import roles
from tests.repository.walk import routes
from tests.repository.world import (
    CODES,
    FOREIGN,
    RESOURCES,
    ROOT,
    ROWS,
    SAMPLES,
    acts_recorded,
    address,
    sample,
)

# The world of the walk is made in a fixture of the module; the mark makes the database, also for one page alone.
pytestmark = pytest.mark.django_db
AREAS = {"public", "signed-in", "group", "office"}


# ---------------------------------------------------------------- The table itself


def test_the_table_has_a_letter_for_every_role_in_every_row():
    for name, letters in RESOURCES.items():
        assert list(letters) == CODES, name
        assert set(letters.values()) <= set("-prwsaodcx"), name


def test_the_written_table_and_the_data_are_the_same():
    """docs/security.md shows the table to people; this is the one place where it could drift."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in (ROOT / "docs" / "security.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    start = next(number for number, cells in enumerate(lines) if cells[0] == "Resource")
    assert lines[start][1:] == CODES
    written = {
        cells[0]: dict(zip(CODES, cells[1:], strict=True)) for cells in lines[start + 2 :] if len(cells) == 19
    }
    assert written == RESOURCES


def test_every_address_has_a_row_and_every_row_an_address():
    found = set(routes())
    assert sorted(found - set(ROWS)) == [], "routes without a row in groups/access_table.toml"
    assert sorted(set(ROWS) - found) == [], "rows without a route"


def test_a_route_without_a_row_would_be_found():
    assert set(routes()) - (set(ROWS) - {"workspace:directory"}) == {"workspace:directory"}


def test_every_row_names_an_area_a_resource_of_the_table_and_letters():
    for name, row in ROWS.items():
        assert row["area"] in AREAS, name
        assert set(row) <= {"area", "resource", "read", "write"}, name
        if row["area"] == "public":
            assert row["resource"] == "" or row["resource"] in RESOURCES, name
        else:
            assert row["resource"] in RESOURCES, name
            assert row.get("read") or row.get("write"), name
        assert set(row.get("read", "") + row.get("write", "")) <= set("prwsaodcx"), name


def test_every_view_declares_the_area_of_its_row():
    for name, route in routes().items():
        if name not in ROWS:
            continue  # the test above names it
        declared = getattr(route.view, "access", None)
        open_to_all = getattr(route.view, "login_required", True) is False
        if declared is None:
            assert FOREIGN.match(name) or open_to_all, f"{name} declares nothing"
            if not name.startswith("/"):  # a redirect to a page that asks itself
                assert open_to_all == (ROWS[name]["area"] == "public"), name
        else:
            assert declared.area == ROWS[name]["area"], name
            assert open_to_all == (declared.area == "public"), name


def test_every_declared_permission_is_held_by_a_role():
    held = frozenset().union(*(role.permissions for role in roles.ROLES.values()))
    asked = {route.view.access.permission for route in routes().values() if hasattr(route.view, "access")}
    assert asked - {""} - held == set()


def test_every_route_with_an_object_has_a_maker_of_samples():
    wanting = [
        name
        for name, route in routes().items()
        if route.arguments - {"group"} and not FOREIGN.match(name) and name not in SAMPLES
    ]
    assert wanting == []


def test_every_maker_of_samples_belongs_to_a_route():
    assert set(SAMPLES) - set(ROWS) == set()


def test_the_cast_has_somebody_for_every_role(cast):
    assert {"VI", *cast.people} == set(CODES)
    assert len({person.pk for person in cast.people.values()}) == len(cast.people)


# ---------------------------------------------------------------- The matrix


def letter(resource: str, code: str) -> str:
    """The table's letter; a deputy with a delegation stands where the leader stands, if the table says `d`."""
    row = RESOURCES[resource]
    if code == "DD":
        return row["LE"] if row["DE"] == "d" else row["DE"]
    return row[code]


def opens(row: dict[str, str], method: str, codes: set[str]) -> bool:
    """Whether a role's letter is among those that open the route."""
    return any(letter(row["resource"], code) in row.get(method, "") for code in codes)


def expected(row: dict[str, str], method: str, person: str, codes_here: set[str]) -> str:
    """What the table says: 'sign-in', 'allowed', 'forbidden' or 'absent'."""
    area = row["area"]
    if area == "public":
        return "allowed"
    if person == "VI":
        return "sign-in"
    if area == "signed-in":
        return "allowed" if opens(row, method, codes_here or {person.removesuffix(" alone")}) else "absent"
    if area == "office":
        return "allowed" if opens(row, method, codes_here) else "absent"
    if opens(row, method, codes_here):
        return "allowed"
    # Regional reviewers and superusers have no say in a group's content and learn nothing of its inside.
    return "forbidden" if codes_here - {"RR", "SU"} else "absent"


def outcome(response: HttpResponse) -> str:
    """What an answer means for the person."""
    if response.status_code == 404:
        return "absent"
    if response.status_code == 403:
        return "forbidden"
    assert response.status_code < 500, response.status_code
    if response.status_code == 302 and response["Location"].split("?")[0] == reverse("account_login"):
        return "sign-in"
    return "allowed"


WALKED = sorted(name for name in ROWS if not FOREIGN.match(name))
METHODS = ("read", "write")


@pytest.mark.parametrize("name", WALKED)
def test_a_route_answers_every_role_as_the_table_says(world, name):
    row, wrong = ROWS[name], []
    places = [world.group, world.other_group]
    if row["area"] == "office" and "group" not in routes()[name].arguments:
        places.pop()  # one page over all groups: what it shows to whom is the office's own test
    with transaction.atomic():
        for place in places:
            given = sample(name, place, world)
            url, data, owner = address(name, place, given), given.get("_data"), given.get("_owner")
            before = acts_recorded()
            for person in ("VI", *world.cast.people):
                held = world.codes if place == world.group else world.codes_elsewhere
                codes_here = held.get(person, set())
                for method in METHODS:
                    if row["area"] != "public" and method not in row:
                        continue
                    if row["area"] == "public" and method == "write":
                        continue
                    wanted = expected(row, method, person, codes_here)
                    if owner is not None and row["area"] == "signed-in" and person not in ("VI", owner):
                        wanted = "absent"
                    response = world.ask(person, method, url, data)
                    got = outcome(response)
                    if (
                        row["area"] == "public"
                        and name not in SAMPLES
                        and "group" in routes()[name].arguments
                    ):
                        got = got.replace("absent", "allowed")  # there may be nothing to show yet
                    if got != wanted:
                        wrong.append(
                            f"{place.slug} {person} {method}: {wanted} by the table, {got} by the page"
                        )
                    if wanted != "allowed" and response.acts != before:
                        wrong.append(f"{place.slug} {person} {method}: refused, and yet an act was recorded")
        transaction.set_rollback(True)
    assert not wrong, f"{name} ({row['resource']}):\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name in WALKED if ROWS[name]["area"] in ("group", "office")])
def test_an_object_of_another_group_does_not_exist_in_this_one(world, name):
    """Somebody who may do everything here names, in the address of this group, an object of another."""
    row, wrong = ROWS[name], []
    with transaction.atomic():
        own, foreign = sample(name, world.group, world), sample(name, world.other_group, world)
        names = {key for key in foreign if not key.startswith("_") and foreign[key] != own.get(key)} - {
            "group"
        }
        if names and "group" in routes()[name].arguments:
            url = address(name, world.group, {**foreign, "group": world.group.slug})
            for person in world.cast.people:
                for method in METHODS:
                    if method in row and opens(row, method, world.codes[person]):
                        response = world.ask(person, method, url, foreign.get("_data"))
                        if outcome(response) != "absent":
                            wrong.append(f"{person} {method}: {response.status_code}")
        transaction.set_rollback(True)
    assert wrong == []


@pytest.mark.parametrize("name", [name for name in WALKED if ROWS[name]["area"] == "group"])
def test_a_group_that_does_not_exist_answers_like_one_that_is_not_yours(world, name):
    with transaction.atomic():
        given = sample(name, world.other_group, world)
        real = address(name, world.other_group, given)
        missing = address(name, world.other_group, {**given, "group": "never-existed"})
        method = "read" if "read" in ROWS[name] else "write"
        foreign, nothing = (world.ask("LE", method, url, given.get("_data")) for url in (real, missing))
        transaction.set_rollback(True)
    assert (foreign.status_code, nothing.status_code) == (404, 404)

    def words(page: HttpResponse, slug: str) -> str:
        text = page.content.decode().replace(f"/{slug}/", "/(slug)/")
        return re.sub(r"\b[A-Za-z0-9]{64}\b", "(token)", text)

    assert words(foreign, world.other_group.slug) == words(nothing, "never-existed")


def test_pages_of_the_sign_in_are_open_or_ask_for_it_as_their_row_says(world):
    for name in sorted(name for name in ROWS if FOREIGN.match(name) and not name.startswith("/")):
        kwargs = dict.fromkeys(routes()[name].arguments, 1)
        if name.startswith("orcid_"):  # exists only with keys in the environment
            continue
        response = world.ask("VI", "read", reverse(name, kwargs=kwargs), None)
        assert response.status_code < 500, name
        if ROWS[name]["area"] == "signed-in":
            assert outcome(response) == "sign-in", name


def test_the_matrix_notices_an_office_without_a_right_that_its_row_gives(world, monkeypatch):
    """The control: members keep a permission that network support loses, and the walk says so."""
    support = roles.NETWORK_SUPPORT
    narrower = roles.Role(support.code, support.name, support.permissions - {roles.Permission.VIEW_MEMBERS})
    monkeypatch.setitem(roles.ROLES, "NS", narrower)
    with pytest.raises(AssertionError, match="NS alone read: allowed by the table, forbidden by the page"):
        test_a_route_answers_every_role_as_the_table_says(world, "members:member-list")


def test_the_matrix_notices_a_page_that_lets_everybody_in(world, monkeypatch):
    """The control: one permission given to members too, and the walk says so."""
    wider = roles.Role(
        roles.RoleCode.MEMBER, "Member", roles.MEMBER.permissions | {roles.Permission.APPOINT_OFFICE}
    )
    monkeypatch.setitem(roles.ROLES, "ME", wider)
    with pytest.raises(AssertionError, match="ME read: forbidden by the table, allowed by the page"):
        test_a_route_answers_every_role_as_the_table_says(world, "workspace:office-appoint")
