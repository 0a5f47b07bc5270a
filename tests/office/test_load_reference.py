"""Loading the reference data: each row is added once, and edits of the Chair's Office are kept."""

import pytest
from django.core.management import call_command

from groups.models import Category

pytestmark = pytest.mark.django_db


def test_reference_data_is_loaded_once_and_edits_stay(reference, capsys):
    Category.objects.filter(pk="task-force").update(name_en="Edited")
    before = Category.objects.count()
    call_command("load_reference")
    assert Category.objects.count() == before
    assert Category.objects.get(pk="task-force").name_en == "Edited"
