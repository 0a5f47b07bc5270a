"""The page of the demo's accounts: a person who tries the demo can sign in with each of them."""

import pytest

from demo.personas import PERSONAS

pytestmark = pytest.mark.django_db


def test_the_codes_page_lists_every_account(client):
    page = client.get("/demo/codes/")
    text = page.content.decode()
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    for persona in PERSONAS:
        assert persona.email in text
