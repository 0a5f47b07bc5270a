"""The public directory and the public group page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(group):
    return reverse("groups:group-detail", args=[group.slug])


def test_directory_lists_open_groups_with_leaders_and_size(client, group, cast):
    closed = factories.make_group("Auk Specialist Group", closed_on=clock.today())
    page = client.get(reverse("groups:directory")).content.decode()
    assert "Cat Specialist Group" in page
    assert cast["LE"].name in page
    assert closed.name not in page
    assert "2 groups of people" in page
    assert 'data-u=" members" class="r num">9</td>' in page
