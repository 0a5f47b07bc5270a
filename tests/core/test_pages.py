"""Pages that belong to no domain, and the error pages."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core import views

LANGUAGES = ("en", "fr", "es")


def titles(html: str) -> list[str]:
    return re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["core:accessibility", "core:privacy", "core:guidance"])
def test_page_is_open_to_anybody_and_loads_no_script(client, db, name, language):
    with translation.override(language):
        url = reverse(name)

    page = client.get(url)

    html = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{language}"' in html
    assert len(titles(html)) == 1
    assert "<script" not in html
    assert "style=" not in html


def test_page_links_itself_in_the_other_languages_with_its_query(client, db):
    html = client.get("/en/privacy/?from=mail").content.decode()

    for language in LANGUAGES:
        assert f'href="/{language}/privacy/?from=mail"' in html


def test_page_of_a_signed_in_person_loads_htmx_without_eval(client, stranger):
    client.force_login(stranger)

    html = client.get("/en/components/").content.decode()

    scripts = re.findall(r'<script src="([^"]+)" defer>', html)
    assert scripts == ["/static/django_htmx/htmx-2.min.js", "/static/js/lists.js"]
    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html


def test_signing_out_takes_a_post(client, stranger):
    client.force_login(stranger)

    html = client.get("/en/components/").content.decode()

    assert f'<form action="{reverse("account_logout")}" method="post">' in html


def test_an_address_that_does_not_exist_answers_in_our_look(client, db):
    page = client.get("/en/nothing-here/")

    assert page.status_code == 404
    assert titles(page.content.decode()) == ["There is no page here"]


@pytest.mark.parametrize(
    ("view", "arguments", "status", "title"),
    [
        (views.bad_request, [Exception()], 400, "We could not read that request"),
        (views.permission_denied, [Exception()], 403, "This is not open to you"),
        (views.csrf_failure, [], 403, "The form was open too long"),
        (views.page_not_found, [Exception()], 404, "There is no page here"),
        (views.server_error, [], 500, "Something went wrong on our side"),
    ],
)
def test_error_page_says_what_happened_and_what_to_do(rf, stranger, view, arguments, status, title):
    request = rf.get("/en/privacy/")
    request.user, request.session = stranger, {}

    page = view(request, *arguments)

    html = page.content.decode()
    assert page.status_code == status
    assert titles(html) == [title]
    assert f"<title>{title} – SSC Groups</title>" in html
    assert "<script" not in html


@pytest.mark.parametrize("name", ["400.html", "500.html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_for_a_broken_portal_needs_no_database_and_no_request(name, language):
    # Without the db fixture any query would fail this test.
    with translation.override(language):
        html = render_to_string(name)

    assert f'<html lang="{language}"' in html
    assert len(titles(html)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_404_page_does_not_repeat_the_address(db, language):
    page = Client().get(f"/{language}/call-evil.example-now/", {"text": "your account is blocked"})
    html = page.content.decode()
    assert page.status_code == 404
    assert "evil" not in html
    assert "blocked" not in html
    for other in LANGUAGES:
        assert f'href="/{other}/"' in html


def test_form_without_its_token_is_refused_in_our_words(db):
    page = Client(enforce_csrf_checks=True).post(
        reverse("account_login"), {"login": "a@example.org", "password": "x"}
    )

    assert page.status_code == 403
    assert titles(page.content.decode()) == ["The form was open too long"]


def test_a_leader_reaches_the_group_although_middleware_asks_before_any_transaction(
    client, transactional_db, cast, group
):
    # Without the outer transaction of ordinary tests, as in a real server.
    client.force_login(cast["LE"])

    page = client.get(reverse("workspace:overview", args=[group.slug]))

    assert page.status_code == 200
    assert reverse("workspace:my-groups") in page.content.decode()
