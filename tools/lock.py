"""Renews requirements/*.txt from pyproject.toml: pinned, with hashes, without hosts.

`runtime` is what production needs, `sentry` is the same with the optional sentry-sdk, and `dev` is everything.

uv resolves the versions. It is taken from PATH, or installed into a temporary environment.
The lock file of uv is not kept, because it names the hosts of the package index.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# Pinned with hashes from pyproject.toml by `make lock`: change the list there, not here.
"""
EXPORTS = {"runtime": ["--no-dev"], "sentry": ["--no-dev", "--extra", "sentry"], "dev": ["--all-extras"]}
# Options and comments that name an index, a link or a path. Lines of packages contain none.
UNWANTED = re.compile(
    r"^\s*(?:--(?:index|extra-index|find-links|trusted-host|no-index)|#\s+uv |# This file|#\s+via -|-e )"
)


def stop(sentence: str) -> None:
    """End the program with one sentence that says what is missing."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def find_uv(folder: Path) -> str:
    """Return the path of uv. Install uv into the folder when the machine has none."""
    if found := shutil.which("uv"):
        return found
    venv.create(folder / "uv", with_pip=True)
    pip = [
        str(folder / "uv/bin/python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "uv",
    ]
    if subprocess.run(pip, check=False).returncode:
        stop("uv could not be installed: check that pip reaches a package index.")
    return str(folder / "uv/bin/uv")


def cleaned(text: str) -> str:
    """Return an export with our own heading and without lines that name a host or a path."""
    lines = [line for line in text.splitlines() if not UNWANTED.match(line)]
    body = "\n".join(lines).strip() + "\n"
    if re.search(r"https?:|file:", body):
        stop(
            "The resolved list holds an address, so some package does not come from an index: nothing was written."
        )
    return HEAD + body


def main() -> int:
    """Resolve the versions again and write both lists; return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        uv = find_uv(folder)
        env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
        shutil.copy(ROOT / "pyproject.toml", folder)  # uv writes its lock file in this temporary folder
        done = subprocess.run([uv, "lock", "--upgrade", "--quiet"], cwd=folder, env=env, check=False)
        if done.returncode:
            stop("The requirements could not be resolved: the reason is above.")
        for target, options in EXPORTS.items():
            argv = [
                uv,
                "export",
                "--quiet",
                "--locked",
                "--format",
                "requirements-txt",
                "--no-emit-project",
                *options,
            ]
            result = subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, text=True)
            text = cleaned(result.stdout)
            (ROOT / "requirements" / f"{target}.txt").write_text(text)
            print(f"requirements/{target}.txt: {len(re.findall(r'^[a-z0-9]', text, re.MULTILINE))} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
