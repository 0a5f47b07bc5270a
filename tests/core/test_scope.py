"""Promises about tenancy that need no page: the ORM refuses, the database refuses."""

import pytest
from django.db import connection

from core import clock


@pytest.mark.django_db
def test_the_suite_works_as_the_role_that_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
        )
        assert cursor.fetchone() == ("ssc_app", 0)
    assert clock.today()
