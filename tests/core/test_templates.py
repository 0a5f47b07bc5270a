"""Templates of pages contain nothing that breaks the content security policy or makes pages heavy."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = Path(settings.BASE_DIR)
FOLDERS = [ROOT / "templates", *sorted(ROOT.glob("*/templates"))]
# Mails carry their style inline because mail programs drop the rest; pages for print have a sheet of their own.
APART = {"emails", "email", "pdf"}
PAGES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html") if not APART & set(path.parts))


FORBIDDEN = {
    "style attributes: use a class of extra.css": re.compile(r"\sstyle\s*="),
    "style elements": re.compile(r"<style\b"),
    "handlers in attributes": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "script addresses": re.compile(r"javascript:"),
    "scripts with a body": re.compile(r"<script\b(?![^>]*application/json)[^>]*>\s*[^<\s]"),
    "scripts without a file": re.compile(r"<script\b(?![^>]*(?:src=|application/json))"),
    "things from another host": re.compile(
        r"<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)=[\"'](?:https?:)?//"
    ),
}


def test_templates_keep_to_the_content_policy():
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in PAGES
        for what, pattern in FORBIDDEN.items()
        if pattern.search(path.read_text("utf-8"))
    ]

    assert len(PAGES) > 80
    assert found == []


@pytest.mark.parametrize(
    "slip",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        "<script>go()</script>",
        '<script src="/a.js">go()</script>',
        '<img src="https://example.org/a.png">',
        '<link href="//example.org/a.css">',
    ],
)
def test_each_slip_would_be_noticed(slip):
    assert any(pattern.search(slip) for pattern in FORBIDDEN.values())


def test_style_sheets_load_nothing_from_elsewhere():
    sheets = sorted((Path(settings.BASE_DIR) / "static").rglob("*.css"))

    assert len(sheets) >= 5
    for sheet in sheets:
        for address in re.findall(r"url\([\"']?([^)\"']+)", sheet.read_text("utf-8")):
            assert not re.match(r"(https?:)?//", address), f"{sheet.name}: {address}"
            assert address.startswith("data:") or (sheet.parent / address).exists(), (
                f"{sheet.name}: {address}"
            )


def static_bytes(name: str) -> bytes:
    """What is in a static file of this name."""
    path = finders.find(name)
    assert path is not None, name
    return Path(path).read_bytes()


def test_frame_of_a_page_stays_within_its_weight(client, db):
    """Sheets, script and the one font together; each page adds its own few kilobytes to stay under 60."""
    sheets = re.findall(
        r'rel="stylesheet" href="/static/([^"]+)"', client.get("/en/privacy/").content.decode()
    )
    packed = sum(len(gzip.compress(static_bytes(sheet), 9)) for sheet in sheets)
    scripts = ("django_htmx/htmx-2.min.js", "js/lists.js")
    script = sum(len(gzip.compress(static_bytes(one), 9)) for one in scripts)
    font = len(static_bytes("fonts/faustina-600-latin.woff2"))

    assert len(sheets) == 4
    assert packed < 16_000
    assert packed + script + font < 48_000
