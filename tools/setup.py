"""Sets up what a make target needs: virtual environment, locked packages, system programs, compiled translations.

It runs on the machine's own Python and uses only the standard library. It does not repeat steps that are done, so
a second run is quick.

    python3 tools/setup.py [demo|test]
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-from"
LOCK = ROOT / "requirements" / "dev.txt"
OLDEST = (3, 11)

# By Debian package: the files that show that it is installed, and what does not work without it.
LIBRARIES = {
    "libpango-1.0-0": [
        "/usr/lib/*/libpango-1.0.so.0",
        "/usr/lib64/libpango-1.0.so.0",
        "/usr/lib/libpango-1.0.so.0",
    ],
    "libpangoft2-1.0-0": ["/usr/lib/*/libpangoft2-1.0.so.0", "/usr/lib64/libpangoft2-1.0.so.0"],
    "libharfbuzz-subset0": ["/usr/lib/*/libharfbuzz-subset.so.0", "/usr/lib64/libharfbuzz-subset.so.0"],
    "fonts-dejavu-core": ["/usr/share/fonts/**/DejaVuSans.ttf"],
}
PROGRAMS = {
    "chromium": ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
    "poppler-utils": ["/usr/bin/pdftotext"],
    "pgbouncer": ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"],
}
WITHOUT = {
    "demo": "Without them the portal runs, but reports cannot be made into PDFs.",
    "test": "Without them the tests that need a browser, PDFs or a connection pooler fail.",
}


def say(sentence: str) -> None:
    """Print one sentence for the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def stop(sentence: str) -> None:
    """End the set-up with one sentence that says what is missing."""
    say(sentence)
    raise SystemExit(1)


def run(argv: list[str], **options: Any) -> subprocess.CompletedProcess:
    """Run a program and return its result, with its output captured."""
    return subprocess.run(argv, capture_output=True, text=True, check=False, **options)


def last_lines(result: subprocess.CompletedProcess, count: int = 6) -> str:
    """Return the last lines of a program's output, indented, to print below a sentence."""
    lines = (result.stdout + result.stderr).strip().splitlines()[-count:]
    return "".join(f"\n    {line}" for line in lines)


def is_there(places: list[str]) -> bool:
    """Tell whether a file matches one of the patterns."""
    return any(next(Path("/").glob(place[1:]), None) for place in places)


def apt_install(packages: list[str]) -> str:
    """Install Debian packages as root; return the error, or an empty string."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"Installing {', '.join(packages)} with apt-get.")
    update = run(["apt-get", "update", "-q"], env=env)
    # Debian starts installed servers unless /usr/sbin/policy-rc.d ends with 101. They must not start here.
    no_start = Path("/usr/sbin/policy-rc.d")
    ours = not no_start.exists()
    try:
        if ours:
            no_start.write_text("#!/bin/sh\nexit 101\n")
            no_start.chmod(0o755)
        install = run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=env)
    finally:
        if ours:
            no_start.unlink()
    if install.returncode:
        return last_lines(install if update.returncode == 0 else update)
    return ""


def can_apt() -> bool:
    """Tell whether this program can install packages without a password."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure_system(purpose: str) -> None:
    """Install missing system packages as root; without root, name them in a sentence."""
    wanted = {**LIBRARIES, **(PROGRAMS if purpose == "test" else {})}
    missing = [package for package, places in wanted.items() if not is_there(places)]
    if not missing:
        return
    names = ", ".join(missing)
    if not can_apt():
        say(f"This machine lacks {names}: install them as root with your package manager. {WITHOUT[purpose]}")
    elif problem := apt_install(missing):
        say(f"apt-get could not install {names}. {WITHOUT[purpose]} It said:{problem}")


def works() -> bool:
    """Tell whether the Python of the virtual environment runs and is new enough."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return PYTHON.exists() and run([str(PYTHON), "-c", test]).returncode == 0


def ensure_venv() -> list[str]:
    """Create the virtual environment unless a working one exists; return its pip command."""
    pip = [str(PYTHON), "-m", "pip"]
    outer_pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if not works():
        shutil.rmtree(VENV, ignore_errors=True)
        if (
            importlib.util.find_spec("ensurepip") is None
            and importlib.util.find_spec("pip") is None
            and can_apt()
        ):
            apt_install(["python3-venv"])
        importlib.invalidate_caches()
        # Debian has ensurepip in a separate package. The machine's pip can install into the environment.
        own = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
        if own and importlib.util.find_spec("pip") is None:
            stop("Python has neither the venv module's pip nor a pip of its own: install python3-venv.")
        say("Creating the virtual environment in .venv.")
        made = run([sys.executable, "-m", "venv", *own, str(VENV)])
        if made.returncode:
            stop(f"The virtual environment could not be created. Python said:{last_lines(made)}")
    return pip if run([*pip, "--version"]).returncode == 0 else outer_pip


def ensure_packages() -> None:
    """Install the locked packages, unless this version of the lock file is installed already."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if works() and STAMP.exists() and STAMP.read_text().strip() == lock:
        return
    pip = ensure_venv()
    say("Installing the locked packages; the first time takes a minute or two.")
    options = ["--require-hashes", "--quiet", "--disable-pip-version-check", "--no-input"]
    result = run([*pip, "install", *options, "-r", str(LOCK)])
    if result.returncode:
        stop(
            f"The packages could not be installed: check that pip reaches a package index. It said:{last_lines(result)}"
        )
    STAMP.write_text(lock + "\n")


def ensure_messages() -> None:
    """Compile the translations that changed after they were last compiled."""
    result = run([str(PYTHON), str(ROOT / "tools" / "messages.py"), "compile"], cwd=ROOT)
    if result.returncode:
        stop(f"The translations could not be compiled:{last_lines(result)}")


def main() -> None:
    """Set up for the purpose named on the command line."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        stop(
            f"The portal needs Python 3.11 or newer, and this is {found}: name another with PYTHON=python3.11."
        )
    purpose = sys.argv[1] if len(sys.argv) > 1 else "demo"
    if purpose not in WITHOUT:
        stop("Use: python3 tools/setup.py [demo|test]")
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as lock:  # two make targets at once must not both install
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_system(purpose)
        ensure_packages()
        ensure_messages()


if __name__ == "__main__":
    main()
