"""The check of the templates says where a line is too long, and where djlint would write it in another way."""

import shutil

import pytest

from tools import check


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "templates" / "emails").mkdir(parents=True)
    (tmp_path / "devstack" / "templates").mkdir(parents=True)
    shutil.copy(check.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "devstack" / "templates" / "plain.html").write_text("<p>Short.</p>\n")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    return tmp_path / "templates"


def test_well_formatted_templates_pass(tree):
    (tree / "page.html").write_text("<ul>\n  <li>One</li>\n  <li>Two</li>\n</ul>\n")
    assert check.templates() == check.Result(True)


def test_a_line_that_is_too_long_is_named_with_its_place(tree):
    (tree / "emails" / "mail.html").write_text(f"<p>Short.</p>\n<p>{'long ' * 30}</p>\n")
    (tree / "emails" / "mail.txt").write_text("long " * 30)  # its white space is sent, so it may be long
    result = check.templates()
    assert not result.passed
    assert "templates/emails/mail.html:2: 157 letters, at most 120" in result.output
    assert "mail.txt" not in result.output


def test_two_elements_on_a_line_are_named_with_their_place(tree):
    (tree / "page.html").write_text("<ul><li>One</li><li>Two</li></ul>\n")
    result = check.templates()
    assert not result.passed
    assert "templates/page.html" in result.output
    assert "@@ -1 " in result.output  # the line
    assert "--reformat" in result.output
