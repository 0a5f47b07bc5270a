"""The statements of the documents about the project are true."""

from __future__ import annotations

import re
from pathlib import Path

from demo.personas import PERSONAS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_personas_of_the_readme_are_those_of_the_demo():
    rows = re.findall(
        r"^\| (\w\w) \| (.+?) \| (\S+) \| `(\S+)` \| (yes)? ?\|$", (ROOT / "README.md").read_text(), re.M
    )
    assert rows == [
        (one.code, one.role, one.email, one.password, "yes" if one.needs_code else "") for one in PERSONAS
    ]


def test_every_link_in_the_documents_leads_to_a_file():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_the_documents_name_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"\bmake ([a-z-]+)(?=[`\s])", document.read_text())
    }
    commands = {name for name in named if name in targets}
    assert {"demo", "test", "check", "bench", "shots", "prodlike"} <= commands
    in_code = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:`|^)(?:\w+=\S+ )?make ([a-z-]+)", document.read_text(), re.M)
    }
    assert in_code - targets == set()


def test_every_file_that_the_documents_name_is_there():
    for document in DOCUMENTS:
        for name in re.findall(r"`((?:[a-z_]+/)+[a-z0-9_.]+\.(?:py|toml|md|yml))`", document.read_text()):
            assert (ROOT / name).exists(), f"{document.name}: {name}"


def test_decisions_are_numbered_once_and_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
