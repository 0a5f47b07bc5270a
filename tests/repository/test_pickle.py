"""Nothing in a store that several processes share is pickled: who can write there could run commands in the portal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer
from django.utils.module_loading import import_string

from sscportal.celery import app
from sscportal.settings.apps import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
# Modules that read pickled data, and modules that use one of these.
PICKLING = {
    "pickle",
    "cPickle",
    "_pickle",
    "cloudpickle",
    "dill",
    "joblib",
    "jsonpickle",
    "marshal",
    "shelve",
}


def imports_of_pickle(source: str) -> set[str]:
    """The pickling modules that Python code imports or names in a setting."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
            found |= {alias.name for alias in node.names if alias.name.startswith("Pickle")}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            found |= {part for part in node.value.split(".") if part in PICKLING or part.startswith("Pickle")}
    return {name for name in found if name in PICKLING or name.startswith("Pickle")}


def test_no_module_of_the_portal_imports_or_names_pickle():
    folders = [ROOT / name for name in (*PACKAGES, "deploy", "tools") if (ROOT / name).is_dir()]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    assert len(paths) > 150
    found = {str(path.relative_to(ROOT)): imports_of_pickle(path.read_text()) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "from pickle import loads",
        "from django.core.cache.backends.redis import PickleSerializer",
        'CELERY_ACCEPT_CONTENT = ["json", "pickle"]',
        'SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"',
        "import shelve, json",
    ],
)
def test_a_use_of_pickle_is_found(planted):
    assert imports_of_pickle(planted)


def test_jobs_are_json_and_a_worker_takes_nothing_else():
    assert set(app.conf.accept_content) == {"json"}
    assert (app.conf.task_serializer, app.conf.event_serializer) == ("json", "json")
    assert app.conf.result_backend is None


def test_sessions_are_signed_json_in_the_database():
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert import_string(settings.SESSION_SERIALIZER) is JSONSerializer
