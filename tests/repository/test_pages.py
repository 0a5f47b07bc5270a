"""Every page that a person can open: no inline script or style, no other host, small, few queries, three languages."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.repository.walk import routes
from tests.repository.world import FOREIGN, ROWS, World, address, sample

# People of the Chair’s Office cost two more than others: whether this session used the second factor, and what is next.
MOST_QUERIES = 14
LATER_BYTES, FIRST_BYTES = 20 * 1024, 60 * 1024
# Who opens the page: a leader in the group, an administrator at the office, the leader on pages of their own.
READERS = {"public": "VI", "signed-in": "LE", "group": "LE", "office": "CA"}
OTHER_HOST = re.compile(
    r"""(?:src|href|action|poster|srcset)=["']?(?:https?:)?//(?!www\.w3\.org)([^"'/ >]+)"""
)
ASSETS = re.compile(r'<(?:link[^>]+?(?:rel="stylesheet"|as="font")|script)[^>]*?>')
SOURCE = re.compile(r'(?:href|src)="/static/([^"]+)"')
PAGES = sorted(
    name
    for name, row in ROWS.items()
    if (row["area"] == "public" or "read" in row) and not FOREIGN.match(name)
)


def reader_of(name: str) -> str:
    """Somebody whom the table lets in."""
    row = ROWS[name]
    return (
        "CA"
        if row["area"] == "group" and "s" not in row["read"] and row["read"] == "a"
        else READERS[row["area"]]
    )


def open_page(world: World, name: str, language: str = "en") -> tuple[Any, list[str]]:
    """The page as its reader gets it, and the statements it took; what it changed is taken back."""
    client, seen = Client(), []
    with transaction.atomic():
        given: dict[str, Any] = sample(name, world.group, world)
        code = given.get("_owner") or reader_of(name)
        if code != "VI":
            client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[code]
        url = address(name, world.group, given)
        if routes()[name].has_language:
            url = url.replace("/en/", f"/{language}/", 1)

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        client.get(url)  # what is read once per process
        seen.clear()
        with connection.execute_wrapper(note):
            response = client.get(url)
        transaction.set_rollback(True)
    return response, [sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]


def is_page(response: HttpResponse) -> bool:
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(world, name):
    response, statements = open_page(world, name)
    assert response.status_code < 500
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    if reader_of(name) != "VI":
        assert "no-store" in response["Cache-Control"]
    assert len(statements) <= MOST_QUERIES, "\n".join(statements)
    if not is_page(response):
        return
    page = response.content.decode()
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"", page)
    assert not [
        tag
        for tag in re.findall(r"<script\b[^>]*>", page)
        if "src=" not in tag and "application/json" not in tag
    ]
    assert OTHER_HOST.findall(page) == []
    assert '<html lang="en"' in page
    if name != "core:components":  # the sheet shows the parts that have one
        assert len(re.findall(r"<h1\b", page)) == 1
    assert "{{" not in page
    assert "{%" not in page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small(world, name):
    response, _ = open_page(world, name)
    if not is_page(response):
        return
    page = response.content
    assert len(gzip.compress(page, 6)) <= LATER_BYTES
    assert first_visit(page.decode()) <= FIRST_BYTES


def sources(page: str) -> set[str]:
    """The style sheets, scripts and fonts that a page asks for at once."""
    return {found.group(1) for tag in ASSETS.findall(page) if (found := SOURCE.search(tag))}


def first_visit(page: str) -> int:
    """Bytes of a first visit: the page, its style sheets and scripts gzipped, its fonts as they are."""
    total = len(gzip.compress(page.encode(), 6))
    for source in sources(page):
        path = finders.find(source)
        assert path, source
        content = Path(path).read_bytes()
        total += len(content) if source.endswith(".woff2") else len(gzip.compress(content, 6))
    return total


@pytest.mark.parametrize("language", ["fr", "es"])
@pytest.mark.parametrize("name", [name for name in PAGES if routes()[name].has_language])
def test_a_page_opens_in_each_language(world, name, language):
    response, _ = open_page(world, name, language)
    assert response.status_code < 500
    if is_page(response):
        assert f'<html lang="{language}"' in response.content.decode()


def test_the_weight_counts_style_sheets_scripts_and_fonts(world):
    response, _ = open_page(world, "workspace:task-list")
    page = response.content.decode()
    kinds = {Path(source).suffix for source in sources(page)}
    assert kinds == {".css", ".js", ".woff2"}
    assert first_visit(page) > len(gzip.compress(page.encode(), 6)) + 20_000


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/sign-in/", "/en/", "/en/privacy/"])
def test_a_page_for_visitors_sends_no_script_unless_it_is_the_sign_in_with_passkeys(client, path):
    page = client.get(path).content.decode()
    assert ("<script" in page) == (path == "/en/sign-in/")
    assert "htmx" not in page
