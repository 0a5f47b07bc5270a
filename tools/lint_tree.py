"""Searches the files for hosts and paths of a build machine, and for content that is loaded from other hosts.

python tools/lint_tree.py [FOLDER]      prints one line for each find; ends with 1 if there is any
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_TEXT = {".woff2", ".png", ".jpg", ".ico", ".pdf", ".xlsx", ".mo", ".gz", ".br", ".zip"}

# These texts are joined from parts, so that the search does not find this file.
SLASH = "/"
EVERYWHERE = {
    "a folder of a build machine": rf"(?<![\w.]){SLASH}(?:work|root|home/\w+|Users/\w+){SLASH}\w",
    "a file address": rf"\bfile:{SLASH}{SLASH}{SLASH}(?:opt|srv|work|root|home|mnt|tmp|var)\b",
    "a setting of a package index": r"--(?:extra-)?index"
    r"-url|--trusted"
    r"-host|--find"
    r"-links|PIP_(?:EXTRA_)?INDEX",
    "a package index": r"\b(?:files\.python"
    r"hosted|pypi\.org/"
    r"simple|dev"
    r"pi|artifact"
    r"ory|registry\.npm"
    r"js)\b",
    "an address of a private network": (
        r"(?<![\d.])(?:10\.\d{1,3}|192\." r"168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(?![\d.])"
    ),
    "a host of a private network": r"//[\w.-]+\.(?:internal|corp|lan|local)\b",
}
# Pages and style sheets load nothing from other hosts. Links that a person may follow are allowed.
IN_PAGES = {
    "a content delivery network": (
        r"\b(?:unpkg|jsdelivr|cdnjs|bootstrapcdn|cloudflare|googleapis|gstatic|typekit|fontawesome|esm\.sh)\b"
    ),
    "content from another host": (
        r"\b(?:src|srcset|poster|data|action)\s*=\s*[\"'](?:https?:)?//"
        r"|<link\b[^>]*\bhref\s*=\s*[\"'](?:https?:)?//|url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//"
    ),
}
PAGES = {".html", ".css", ".js", ".svg"}
COMMON = {name: re.compile(pattern) for name, pattern in EVERYWHERE.items()}
OF_PAGES = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in IN_PAGES.items()}


class Find(NamedTuple):
    """One text that must not be in the files."""

    path: Path
    line: int
    what: str
    text: str


def files(root: Path) -> Iterator[Path]:
    """Yield the project's files: those that git tracks or would track; without git, all files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = (root / name for name in listed.stdout.decode().split("\0") if name)
    else:
        hidden = {".git", ".venv", ".run", "var", "__pycache__"}
        paths = (path for path in root.rglob("*") if not hidden & set(path.relative_to(root).parts))
    for path in paths:
        if path.is_file() and path.suffix not in NOT_TEXT:
            yield path


def finds(root: Path = ROOT) -> list[Find]:
    """Return everything that must not be in the project's files."""
    found = []
    for path in files(root):
        patterns = {**COMMON, **(OF_PAGES if path.suffix in PAGES else {})}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            found.append(Find(path.relative_to(root), 0, "a file that is not UTF-8 text", ""))
            continue
        for number, line in enumerate(lines, start=1):
            found += [
                Find(path.relative_to(root), number, what, match.group().strip())
                for what, pattern in patterns.items()
                if (match := pattern.search(line))
            ]
    return found


def main() -> int:
    """Print the finds; return the exit status."""
    found = finds(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for find in found:
        print(f"{find.path}:{find.line}: {find.what}: {find.text[:80]}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
