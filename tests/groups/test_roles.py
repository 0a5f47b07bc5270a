"""Permissions and roles are names in the code: a misspelt one fails, and every one of them is used."""

import ast
import runpy
from pathlib import Path

import pytest

from groups.roles import GROUP_ROLES, NETWORK_ROLES, ROLES, Permission, RoleCode
from sscportal.settings.apps import PORTAL_APPS

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "groups" / "roles.py"  # where roles get their permissions; that alone uses none of them

PAGE = """
from groups.access import group_page
from groups.roles import Permission

@group_page(Permission.{name})
def page(request, group):
    return None
"""
ROLE = """
from groups.roles import Permission, Role, RoleCode

ROLE = Role(RoleCode.{code}, "A role", frozenset({{Permission.{name}}}))
"""


def imported(folder, text):
    """The names of the module of this text, run from a file as an import does."""
    path = folder / "planted.py"
    path.write_text(text)
    return runpy.run_path(str(path))


def named_permissions(source: str) -> set[str]:
    """The permissions that a module names as `Permission.NAME`, where it imports `Permission` from groups.roles."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "groups.roles"
        for alias in node.names
        if alias.name == "Permission"
    }
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }


def written_out(source: str) -> set[str]:
    """The permissions that a module writes as a text, where no check of names can see a typo."""
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return {permission for permission in Permission if permission.value in texts}


def product_sources() -> list[str]:
    """Every module of the product but the table of roles."""
    paths = [path for app in PORTAL_APPS for path in sorted((ROOT / app).rglob("*.py")) if path != TABLE]
    return [path.read_text() for path in paths]


def test_a_page_that_names_an_unknown_permission_fails_at_import(tmp_path):
    assert imported(tmp_path, PAGE.format(name="EDIT_GROUP"))["page"].access.permission == "groups.edit_group"
    with pytest.raises(AttributeError, match="EDIT_GRUOP"):
        imported(tmp_path, PAGE.format(name="EDIT_GRUOP"))


@pytest.mark.parametrize(("code", "name"), [("LEADER", "EDIT_GRUOP"), ("LAEDER", "EDIT_GROUP")])
def test_a_role_with_an_unknown_permission_or_code_fails_at_import(tmp_path, code, name):
    role = imported(tmp_path, ROLE.format(code="LEADER", name="EDIT_GROUP"))["ROLE"]
    assert (role.code, role.permissions) == (RoleCode.LEADER, {Permission.EDIT_GROUP})
    with pytest.raises(AttributeError, match=r"EDIT_GRUOP|LAEDER"):
        imported(tmp_path, ROLE.format(code=code, name=name))


def test_every_permission_is_given_to_a_role():
    assert {permission for role in ROLES.values() for permission in role.permissions} == set(Permission)


def test_every_role_code_is_one_role():
    assert set(GROUP_ROLES) | set(NETWORK_ROLES) == set(RoleCode)
    assert not set(GROUP_ROLES) & set(NETWORK_ROLES)


def test_every_permission_is_asked_for_by_a_page_or_a_rule():
    named = set().union(*map(named_permissions, product_sources()))
    assert named == set(Permission.__members__)


def test_no_permission_is_written_as_a_text():
    assert set().union(*map(written_out, product_sources())) == set()


def test_the_reading_of_the_code_finds_what_is_planted():
    """The control: uses are found under another name too, others' `Permission` is left alone, texts are found."""
    assert named_permissions(PAGE.format(name="CLOSE_GROUP")) == {"CLOSE_GROUP"}
    renamed = "from groups.roles import Permission as P\nmay(P.CLOSE_GROUP)\n"
    assert named_permissions(renamed) == {"CLOSE_GROUP"}
    others = "from django.contrib.auth.models import Permission\nPermission.objects\n"
    assert named_permissions(others) == set()
    assert named_permissions(TABLE.read_text()) == set()
    assert written_out('may("groups.close_group")') == {Permission.CLOSE_GROUP}
