"""Rows of prepared queries as objects: each value under its own name."""

from __future__ import annotations

import pytest

from accounts.models import User
from core.prepared import as_objects, columns
from tests import factories

pytestmark = pytest.mark.django_db


def test_objects_hold_what_was_asked_in_whatever_order_and_load_the_rest(django_assert_num_queries):
    person = factories.make_person()
    names = ("family_name", "id", "email", "given_name")
    row = tuple(getattr(person, name) for name in names)
    (found,) = as_objects(User, [row], names)
    with django_assert_num_queries(0):
        assert (found, found.name, found.email) == (person, person.name, person.email)
    with django_assert_num_queries(1):
        assert found.sort_key == person.sort_key


def test_objects_of_whole_rows_equal_those_that_the_orm_reads(django_assert_num_queries):
    person = factories.make_person()
    (found,) = as_objects(User, list(User.objects.filter(pk=person.pk).values_list(*columns(User))))
    with django_assert_num_queries(0):
        assert {name: getattr(found, name) for name in columns(User)} == {
            name: getattr(person, name) for name in columns(User)
        }
