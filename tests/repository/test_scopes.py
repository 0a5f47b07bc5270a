"""Few places read across groups, and each is listed with its reason."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from core import scope
from sscportal.settings.apps import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"read_everywhere": scope.READ_ESCAPES, "write_everywhere": scope.WRITE_ESCAPES}
# django-scopes' own way out belongs to core.scope alone, and the tables of the database to migrations.
FORBIDDEN = {"scopes_disabled", "_base_manager", "objects_unscoped", "disable_scope"}


def sources() -> list[Path]:
    """Every module of the portal, tests and migrations aside."""
    found = [
        path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts
    ]
    assert len(found) > 60
    return found


def escapes() -> list[tuple[str, str, str]]:
    """(function, name, file) of every use of an escape."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in NAMES:
                    assert node.args, f"{path}: {called} without a name"
                    assert isinstance(node.args[0], ast.Constant), (
                        f"{path}: {called} with a name made at run time"
                    )
                    found.append((called, str(node.args[0].value), str(path.relative_to(ROOT))))
    return found


def test_every_escape_from_the_scope_is_listed_with_a_reason():
    for function, name, path in escapes():
        assert name in NAMES[function], f"{path} uses {function}({name!r}), which core.scope does not list"


def test_every_listed_escape_is_used_and_says_why():
    used = {(function, name) for function, name, _ in escapes()}
    for function, listed in NAMES.items():
        for name, reason in listed.items():
            assert (function, name) in used, f"{function}({name!r}) is listed in core.scope and used nowhere"
            assert len(reason.split()) >= 6, name


def test_writing_across_groups_stays_rare():
    """A new place that writes everywhere is a decision: it is counted here, so that somebody looks at it."""
    places = Counter(name for function, name, _ in escapes() if function == "write_everywhere")
    assert sum(places.values()) <= 6, places


def test_nobody_goes_round_the_scope():
    for path in sources():
        if path == ROOT / "core" / "scope.py":
            continue
        names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute | ast.Name)
        }
        assert names & FORBIDDEN == set(), path


@pytest.mark.django_db
@pytest.mark.parametrize("function", [scope.read_everywhere, scope.write_everywhere])
def test_an_escape_that_is_not_listed_does_not_open(function):
    with pytest.raises(scope.UnknownEscape), function("because I want to"):
        pytest.fail("the block must not be entered")
