"""A migration never changes its meaning: it imports no project code that may change."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = {path.parent.name for path in ROOT.glob("*/apps.py")}
# Django writes the moment of a default into migrations as the function that tells it.
NAMED_BY_DJANGO = {"core.clock"}


def live_imports(source: str) -> set[str]:
    """Modules of ours that a migration imports, frozen history aside."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    ours = {name for name in found if name.partition(".")[0] in APPS} - NAMED_BY_DJANGO
    return {name for name in ours if ".migrations._" not in name}


def test_migrations_import_no_live_code():
    paths = [path for app in APPS for path in (ROOT / app / "migrations").glob("*.py")]
    assert len(paths) > 15
    assert {
        str(path.relative_to(ROOT)): found for path in paths if (found := live_imports(path.read_text()))
    } == {}


def test_a_migration_that_imports_live_code_is_found():
    planted = "from core.migrations._tenancy_2026 import same_group\nfrom core.tenancy import lay\nimport core.clock\n"
    assert live_imports(planted) == {"core.tenancy"}
