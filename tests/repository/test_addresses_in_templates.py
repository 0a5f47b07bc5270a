"""Every `{% url %}` of our templates names an address that exists.

With `as`, Django makes an empty link of a wrong name and raises nothing.
"""

import re
from pathlib import Path

from django.conf import settings

from tests.repository.walk import routes

NAME = re.compile(r"""\{%\s*url\s+["']([^"']+)["']""")


def unknown(text: str) -> set[str]:
    """The names in the template's `{% url %}` tags that no address has."""
    return set(NAME.findall(text)) - set(routes())


def templates() -> list[Path]:
    """Our own templates of pages and mails."""
    roots = [settings.BASE_DIR / "templates", settings.BASE_DIR / "devstack" / "templates"]
    return [path for root in roots for path in root.rglob("*") if path.suffix in {".html", ".txt"}]


def test_every_address_named_in_a_template_exists():
    read = {path: path.read_text() for path in templates()}
    assert sum(len(NAME.findall(text)) for text in read.values()) > 90
    assert {path.name: unknown(text) for path, text in read.items() if unknown(text)} == {}


def test_a_wrong_name_is_found_with_and_without_as():
    text = '{% url "workspace:tasklist" %} {% url "workspace:tasks" pk as tasks %} {% url "workspace:task-list" %}'
    assert unknown(text) == {"workspace:tasklist", "workspace:tasks"}
