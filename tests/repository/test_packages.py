"""The portal's packages: one list names them all, and production does not contain those of the demo."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pytest

from sscportal.settings.apps import PACKAGES, PORTAL_APPS, TOOL_APPS

ROOT = Path(__file__).resolve().parents[2]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
PRODUCT = PACKAGES[len(TOOL_APPS) :]

# Loads every module of the product as production would; prints what of the tools was loaded with them.
LOAD_ALL = """
import importlib, pkgutil, sys
import django
django.setup()
from django.core.management import get_commands
from django.urls import get_resolver
get_resolver().url_patterns
from sscportal.settings.apps import PORTAL_APPS, TOOL_APPS
for app in ("sscportal", *PORTAL_APPS):
    for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
        if not module.name.startswith("sscportal.settings."):
            importlib.import_module(module.name)
importlib.import_module("deploy.healthcheck")
print(len([name for name in sys.modules if name.split(".")[0] in PORTAL_APPS]))
print([name for name in sys.modules if name.split(".")[0] in TOOL_APPS])
print(sorted({"seed_demo", "list_personas", "portal_state"} & set(get_commands())))
"""


def production(**more: str) -> dict[str, str]:
    """The environment of a production process on this machine's servers."""
    # Tests in a browser set a variable of Django's in this process, which the checks for production refuse.
    machine = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {
        **machine,
        "DJANGO_SETTINGS_MODULE": "sscportal.settings.production",
        "SSC_SECRET_KEY": secrets.token_urlsafe(64),
        "SSC_ALLOWED_HOSTS": "groups.example.org",
        "SSC_BASE_URL": "https://groups.example.org",
        "SSC_SMTP_URL": "smtp+tls://user:word@mail.example.org:587",
        **more,
    }


def run(*argv: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *argv], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The project's files as the Dockerfile copies them: without what .dockerignore names."""
    ignored = set((ROOT / ".dockerignore").read_text().split())

    def left_out(folder: str, names: list[str]) -> set[str]:
        top = {name for name in names if name in ignored or name.startswith(".")}
        made = {name for name in names if name == "__pycache__" or name.endswith(".mo")}
        return top | made if Path(folder) == ROOT else made

    assert {"**/__pycache__", "*.mo", *TOOL_APPS} <= ignored
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("image") / "app", ignore=left_out))


# ---------------------------------------------------------------- One list


def test_every_package_beside_manage_py_is_in_the_list():
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found - {"tests", "tools"} == set(PACKAGES)
    assert len(set(PACKAGES)) == len(PACKAGES)


def test_the_import_contracts_name_the_packages_of_the_list_in_its_order():
    layers = CONTRACTS["Apps import downwards only"]["layers"]
    assert [name for layer in layers for name in layer.split(" | ")] == list(PACKAGES)
    assert LINTER["root_packages"] == list(PACKAGES)
    contract = CONTRACTS["Production imports nothing that runs or fills a demo"]
    assert contract["source_modules"] == list(PRODUCT)
    assert contract["forbidden_modules"] == list(TOOL_APPS)


def test_every_module_that_starts_something_is_held_to_need_no_django():
    """All of devstack, but for the modules that are part of the demo's pages and commands."""
    of_django = {"__init__", "apps", "bench_urls", "codes", "mail", "urls"}
    modules = {path.stem for path in (ROOT / "devstack").glob("*.py")} - of_django
    contract = CONTRACTS["What starts the services needs no Django"]
    assert set(contract["source_modules"]) == {f"devstack.{name}" for name in modules}


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning])
def test_what_is_deprecated_is_an_error_in_our_modules(name, kind):
    with pytest.raises(kind):
        warnings.warn_explicit("old", kind, "views.py", 1, module=f"{name}.views")


def test_what_is_deprecated_in_the_module_of_another_package_is_a_warning():
    with pytest.warns(DeprecationWarning, match="old"):
        warnings.warn_explicit("old", DeprecationWarning, "views.py", 1, module="somebody.views")


# ---------------------------------------------------------------- Production without the tools


def test_the_image_has_the_product_and_not_the_tools(image):
    there = {path.parent.name for path in image.glob("*/__init__.py")}
    assert there == {*PRODUCT, "tools"}


def test_production_loads_every_module_without_the_tools(image):
    """The control: the same lines under demo settings, in the whole tree, do name the tools."""
    done = run("-c", LOAD_ALL, cwd=image, env=production())
    assert done.returncode == 0, done.stderr
    loaded, tools, commands = done.stdout.splitlines()
    assert int(loaded) > 150
    assert tools == "[]"
    assert commands == "[]"

    demo = production(DJANGO_SETTINGS_MODULE="sscportal.settings.demo")
    done = run("-c", LOAD_ALL, cwd=ROOT, env=demo)
    assert done.returncode == 0, done.stderr
    _, tools, commands = done.stdout.splitlines()
    assert "'devstack.mail'" in tools
    assert "'demo.personas'" in tools
    assert commands == "['list_personas', 'portal_state', 'seed_demo']"


def test_the_image_gathers_its_files_and_passes_the_checks_for_production(image, tmp_path):
    env = production(SSC_STATIC_ROOT=str(tmp_path))
    done = run("tools/messages.py", "compile", cwd=image, env=env)
    assert done.stdout == "fr: compiled.\nes: compiled.\n", done.stderr
    done = run("manage.py", "collectstatic", "--no-input", cwd=image, env=env)
    assert done.returncode == 0, done.stderr
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", cwd=image, env=env)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("settings", ["demo", "bench", "prodlike"])
def test_no_settings_of_a_demo_start_in_the_image(image, settings):
    env = production(DJANGO_SETTINGS_MODULE=f"sscportal.settings.{settings}")
    done = run("manage.py", "check", cwd=image, env=env)
    assert done.returncode != 0
    assert "No module named 'devstack'" in done.stderr


def test_only_settings_of_a_demo_install_the_tools():
    """Production does not even where the packages lie beside it, as in a checkout."""
    ask = "import django; django.setup(); from django.apps import apps; print(*sorted(apps.app_configs))"
    installed = {}
    for name in ("base", "production", "demo", "bench", "prodlike"):
        env = production(DJANGO_SETTINGS_MODULE=f"sscportal.settings.{name}")
        extra = "from django.conf import settings; settings.SECRET_KEY = 'x' * 50; " if name == "base" else ""
        done = run("-c", extra + ask, cwd=ROOT, env=env)
        assert done.returncode == 0, done.stderr
        installed[name] = set(done.stdout.split())
    assert all(set(PORTAL_APPS) <= apps for apps in installed.values())
    with_tools = {name for name, apps in installed.items() if set(TOOL_APPS) & apps}
    assert with_tools == {"demo", "bench", "prodlike"}
    assert all(set(TOOL_APPS) <= installed[name] for name in with_tools)


def test_production_settings_refuse_demo_mode():
    done = run("manage.py", "check", cwd=ROOT, env=production(SSC_DEMO_MODE="1"))
    assert done.returncode != 0
    assert "production settings never run with demo personas" in done.stderr
    assert run("manage.py", "check", cwd=ROOT, env=production()).returncode == 0


def test_a_deployment_in_demo_mode_fails_the_checks_for_production():
    env = production(DJANGO_SETTINGS_MODULE="sscportal.settings.demo")
    done = run("manage.py", "check", "--deploy", cwd=ROOT, env=env)
    assert done.returncode != 0
    assert "(core.E001) Demo mode is on." in done.stderr


def test_production_has_no_address_of_the_demo():
    ask = (
        "import django; django.setup(); from django.urls import Resolver404, resolve\n"
        "for path in ('/health/', '/demo/mail/', '/demo/codes/'):\n"
        "    try: print(path, resolve(path).url_name)\n"
        "    except Resolver404: print(path, 'nothing')\n"
    )
    done = run("-c", ask, cwd=ROOT, env=production())
    assert done.stdout == "/health/ health\n/demo/mail/ nothing\n/demo/codes/ nothing\n", done.stderr
    done = run("-c", ask, cwd=ROOT, env=production(DJANGO_SETTINGS_MODULE="sscportal.settings.demo"))
    assert done.stdout == "/health/ health\n/demo/mail/ mail-list\n/demo/codes/ code-list\n", done.stderr
