"""pyproject.toml names every package that the code imports, so the code needs no package by chance."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Set
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from sscportal.settings.apps import PACKAGES, TOOL_APPS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS = {*PACKAGES, "tests", "tools"}


def bare(requirement: str) -> str:
    """The package's name without extras and bounds, as the index spells it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;! ]", requirement, maxsplit=1)[0]).lower()


# Part of a package that is named: its author's own half, which never comes alone.
HALVES = {"kombu": "celery", "pgtrigger": "django-pghistory"}
# What the embedded services, the demo's mail sink and the tests need: no production process imports it.
DEVELOPMENT = {bare(one) for one in PROJECT["dependency-groups"]["dev"]}


# Packages that an installation may choose (requirements/sentry.txt); the code works without them.
OPTIONAL = {bare(one) for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra}
NAMED = {bare(one) for one in PROJECT["project"]["dependencies"]} | OPTIONAL


def imported(folder: Path) -> set[str]:
    """The first parts of every absolute import below a folder, without Python's own and ours."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - OURS


def unnamed(modules: set[str], also: Set[str] = frozenset()) -> set[str]:
    """Modules whose package the project does not name."""
    providers = packages_distributions()
    return {name for name in modules if not {bare(one) for one in providers.get(name, [])} & (NAMED | also)}


@pytest.mark.parametrize("app", PACKAGES)
def test_every_package_imported_by_an_app_is_named_in_the_project(app):
    named = DEVELOPMENT if app in TOOL_APPS else set()
    assert unnamed(imported(ROOT / app) - set(HALVES), also=named) == set()


def test_a_package_that_only_another_one_brings_is_found():
    assert "PIL" in imported(ROOT / "core")
    assert unnamed({"PIL", "tinycss2"}) == {"tinycss2"}
    assert set(HALVES.values()) <= NAMED
