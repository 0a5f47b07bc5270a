"""All checks of the code except the tests: `make check`.

    python tools/check.py [NAME ...]      all checks, or the named ones

Each check prints one line. A check that fails also prints what it found. All checks run, even after a failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from devstack.services import Stack  # noqa: E402 - found through the line above
from sscportal.settings.apps import PACKAGES  # noqa: E402

BIN = Path(sys.executable).parent
TEMPLATES = ("templates", "devstack/templates")
TEMPLATE_WIDTH = 120  # letters in a line of a template; djlint wraps tags, but not all lines
AUDIT_WITHIN = 120  # seconds; the index may be slow or not reachable
AUDIT_HOLDS = 24 * 3600  # seconds; within a day, the same list is not checked again, to spare the index


@dataclass(frozen=True)
class Result:
    """The result of a check. The line of a passed check shows `note`."""

    passed: bool
    output: str = ""
    note: str = ""


def run(*argv: str, **env: str) -> Result:
    """Run a program. The check passes when the program ends with 0."""
    done = subprocess.run(
        argv, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    return Result(done.returncode == 0, (done.stdout + done.stderr).strip())


def manage(*argv: str, **env: str) -> Result:
    """Run a management command. The check passes when the command ends with 0."""
    return run(sys.executable, "manage.py", *argv, **env)


def lint() -> Result:
    """Ruff's rules."""
    return run(str(BIN / "ruff"), "check", "--quiet", ".")


def layout() -> Result:
    """Ruff's formatting."""
    found = run(str(BIN / "ruff"), "format", "--check", "--quiet", "--output-format", "concise", ".")
    return (
        found
        if found.passed
        else Result(False, f"{found.output}\nThis puts them right: .venv/bin/ruff format .")
    )


def types() -> Result:
    """mypy on every package, the tools and the tests."""
    return run(str(BIN / "mypy"), *PACKAGES, "deploy", "tools", "tests")


def imports() -> Result:
    """No app imports what it may not import."""
    return run(str(BIN / "lint-imports"), "--no-cache")


def migrations() -> Result:
    """Every change of a model has its migration."""
    return manage("makemigrations", "--check", "--dry-run", DJANGO_SETTINGS_MODULE="sscportal.settings.demo")


def deployment() -> Result:
    """Django's checks for production, under production settings."""
    return manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        DJANGO_SETTINGS_MODULE="sscportal.settings.production",
        SSC_SECRET_KEY=secrets.token_urlsafe(64),
        SSC_ALLOWED_HOSTS="groups.example.org",
        SSC_BASE_URL="https://groups.example.org",
        SSC_SMTP_URL="smtp+tls://user:word@mail.example.org:587",
    )


def templates() -> Result:
    """Slips in the templates, their formatting, and lines that are too long."""
    slips = run(str(BIN / "djlint"), *TEMPLATES, "--lint", "--quiet")
    layout = run(str(BIN / "djlint"), *TEMPLATES, "--check")
    found = [slips.output, *long_lines(ROOT)]
    if not layout.passed:
        found += [layout.output, f"This puts them right: djlint {' '.join(TEMPLATES)} --reformat"]
    return Result(slips.passed and not any(found), "\n".join(filter(None, found)))


def long_lines(root: Path) -> list[str]:
    """Return the places in the HTML templates under `root` whose line is too long, as path and line."""
    return [
        f"{path.relative_to(root)}:{number}: {len(line)} letters, at most {TEMPLATE_WIDTH}"
        for folder in TEMPLATES
        for path in sorted((root / folder).rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > TEMPLATE_WIDTH
    ]


def translations() -> Result:
    """Every marked text is translated, with the same placeholders, and none is stale."""
    found = run(sys.executable, "tools/messages.py", "check")
    cure = "New texts: tools/messages.py extract, then missing > new.json, translate, fill new.json."
    return found if found.passed else Result(False, f"{found.output}\n{cure}")


def tree() -> Result:
    """No host or path of a build machine, nothing loaded from elsewhere."""
    return run(sys.executable, "tools/lint_tree.py")


def packages() -> Result:
    """The pinned packages have no known vulnerability, if the index answers."""
    pinned = ROOT / "requirements" / "runtime.txt"
    clean = ROOT / "var" / "audited"  # the last list without a vulnerability, and when it was checked
    digest = hashlib.sha256(pinned.read_bytes()).hexdigest()
    recent = clean.exists() and time.time() - clean.stat().st_mtime < AUDIT_HOLDS
    if recent and clean.read_text() == digest:
        return Result(True, note="the same list was found clean within a day")
    argv = [str(BIN / "pip-audit"), "--requirement", str(pinned), "--disable-pip", "--require-hashes"]
    argv += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(
            argv, cwd=ROOT, capture_output=True, text=True, timeout=AUDIT_WITHIN, check=False
        )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return Result(True, note="not done: the service that knows of faults did not answer")
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in found["dependencies"]
        for fault in package.get("vulns", [])
    ]
    if not faults:
        clean.parent.mkdir(exist_ok=True)
        clean.write_text(digest)
    return Result(not faults, "\n".join(faults))


CHECKS: dict[str, Callable[[], Result]] = {
    check.__name__: check
    for check in (
        types,
        deployment,
        migrations,
        imports,
        templates,
        translations,
        packages,
        lint,
        layout,
        tree,
    )
}


def timed(check: Callable[[], Result]) -> tuple[Result, float]:
    """Run a check and measure its time."""
    began = time.monotonic()
    return check(), time.monotonic() - began


def main(names: list[str]) -> int:
    """Run the checks, two at a time, and print their results; return the exit status."""
    if unknown := set(names) - set(CHECKS):
        print(f"There is no check named {', '.join(sorted(unknown))}: choose from {', '.join(CHECKS)}.")
        return 2
    failed = []
    with Stack(throwaway=True), ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {name: pool.submit(timed, CHECKS[name]) for name in names or CHECKS}
        for name, future in waiting.items():
            result, seconds = future.result()
            purpose = (CHECKS[name].__doc__ or "").rstrip(".")
            note = f" – {result.note}" if result.note else ""
            print(
                f"{'ok  ' if result.passed else 'FAIL'} {name}: {purpose} ({seconds:.1f} s){note}", flush=True
            )
            if not result.passed:
                failed.append(name)
                print("".join(f"     {line}\n" for line in result.output.splitlines()), flush=True)
    if failed:
        print(f"To be put right: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
