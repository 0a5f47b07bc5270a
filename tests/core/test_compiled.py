"""Compiled queries return what the ORM returns, in the present scope, and refuse values that would be frozen."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ImproperlyConfigured
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django_scopes.exceptions import ScopeError

from core import clock, scope
from core.compiled import compiled_query
from groups.models import Appointment, Group
from sscportal.settings.apps import PORTAL_APPS

pytestmark = pytest.mark.django_db


@compiled_query
def offices_in(group: int, day: date) -> QuerySet:
    """Offices held in the group on the day."""
    return Appointment.objects.on(day).filter(group=group).order_by("office").values_list("office")


@compiled_query
def offices_of_all(groups: list[int], day: date) -> QuerySet:
    """Groups with their offices as structured values."""
    offices = Appointment.objects.on(day).filter(group=OuterRef("pk")).order_by("office")
    return (
        Group.objects.filter(pk__any_of=groups)
        .order_by("slug")
        .values_list(
            "slug",
            ArraySubquery(offices.values(one=JSONObject(office="office", starts_on="starts_on"))),
        )
    )


def test_the_compiled_query_follows_its_arguments(group, other_group, cast):
    today = clock.today()
    with scope.read_everywhere("checks"):
        expected = list(Appointment.objects.on().filter(group=group).order_by("office").values_list("office"))
        assert offices_in(group=group.pk, day=today) == expected
        assert len(offices_in(group=other_group.pk, day=today)) == len(expected)
        assert offices_in(group=group.pk, day=today - timedelta(days=20000)) == []


def test_lists_of_any_length_and_structured_values(group, other_group, cast):
    today = clock.today()
    with scope.read_everywhere("checks"):
        both = offices_of_all(groups=[group.pk, other_group.pk], day=today)
        assert [slug for slug, _offices in both] == ["cat", "otter"]
        first = Appointment.objects.on().filter(group=group).order_by("office").first()
        assert both[0][1][0] == {"office": first.office, "starts_on": first.starts_on.isoformat()}
        assert offices_of_all(groups=[], day=today) == []


def test_a_compiled_query_sees_what_the_scope_of_the_moment_sees(group, other_group, cast):
    today = clock.today()
    with scope.read_everywhere("checks"):
        assert all(offices for _slug, offices in offices_of_all(groups=[group.pk, other_group.pk], day=today))
    with scope.group_scope(group):
        seen: dict[str, list[dict[str, str]]] = dict(
            offices_of_all(groups=[group.pk, other_group.pk], day=today)
        )
    assert seen["cat"]
    assert seen["otter"] == []


def test_a_compiled_query_is_refused_outside_a_scope_and_for_another_group(group, other_group):
    with pytest.raises(ScopeError):
        offices_in(group=group.pk, day=clock.today())
    with scope.group_scope(group), pytest.raises(ScopeError):
        offices_in(group=other_group.pk, day=clock.today())


def test_a_day_that_would_never_change_is_refused(group):
    @compiled_query
    def frozen(group: int) -> QuerySet:
        return Appointment.objects.on().filter(group=group).values_list("office")

    with scope.group_scope(group), pytest.raises(ImproperlyConfigured, match="never change"):
        frozen(group=group.pk)


def test_an_argument_that_asks_for_nothing_is_refused(group):
    @compiled_query
    def careless(group: int, day: date) -> QuerySet:
        return Appointment.objects.filter(group=group).values_list("office")

    with scope.group_scope(group), pytest.raises(ImproperlyConfigured, match="day"):
        careless(group=group.pk, day=clock.today())


def test_missing_arguments_are_refused(group):
    with scope.group_scope(group), pytest.raises(TypeError):
        offices_in(group=group.pk)  # type: ignore[call-arg] # this is what is refused


def compiled_in(folder):
    """The functions below a folder that are compiled queries, as (file, name)."""
    return [
        (path.name, node.name)
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "compiled_query" for mark in node.decorator_list)
    ]


def test_at_most_ten_queries_of_the_product_are_compiled(tmp_path):
    found = [one for app in PORTAL_APPS for one in compiled_in(Path(settings.BASE_DIR) / app)]
    assert ("access.py", "role_rows") in found
    assert len(found) <= 10
    (tmp_path / "queries.py").write_text("@compiled_query\ndef eleventh(day: date): ...\n")
    assert compiled_in(tmp_path) == [("queries.py", "eleventh")]
