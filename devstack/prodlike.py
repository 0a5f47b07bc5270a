"""Run production settings on one machine: `make prodlike`. For measuring and security tests, never for real people.

Secrets are created once and kept in var/prodlike/. DATABASE_URL, REDIS_URL and SSC_CACHE_URL name the services to use;
without them, embedded services with data of their own are started. SSC_SMTP_URL names the mail server; without it, mail
is written into var/prodlike/mail/. SEED=1 fills an empty database with the demo network, in which no person has a
password.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
from pathlib import Path

from devstack.keeper import follow_parent
from devstack.processes import ROOT, Portal, say, wanted_port
from devstack.services import Stack

HOME = ROOT / "var" / "prodlike"
# Production settings have no `portal_state` and no `seed_demo`. These commands run with the settings named here.
WITH_TOOLS = {"DJANGO_SETTINGS_MODULE": "sscportal.settings.prodlike"}


def kept_secret(path: Path) -> str:
    """Return the secret in the file. The first time, create it in a file that only this account can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text()


def environment(port: int) -> dict[str, str]:
    """Return the variables that production settings need. A value in the environment replaces the default here."""
    wanted = {
        "DJANGO_SETTINGS_MODULE": "sscportal.settings.production",
        "SSC_SECRET_KEY": kept_secret(HOME / "secret-key"),
        "SSC_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SSC_BASE_URL": f"http://localhost:{port}",
        "SSC_PLAIN_HTTP": "1",
        "SSC_STATIC_ROOT": str(HOME / "static"),
    }
    return {name: os.environ.get(name) or value for name, value in wanted.items()}


def main() -> int:
    """Start the portal with production settings, and run until a signal asks to stop. Return the exit status."""
    parser = argparse.ArgumentParser(description="Production settings on this machine.")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this one ends"
    )
    if parser.parse_args().with_parent:
        follow_parent(signal.SIGTERM)
    port = wanted_port()
    workers = int(os.environ.get("SSC_WEB_WORKERS") or 2)
    stack = Stack(base=HOME / "services")
    with Portal(
        stack=stack, logs=ROOT / "var" / "log" / "prodlike", env=environment(port), port=port
    ) as portal:
        if not os.environ.get("SSC_SMTP_URL"):
            portal.add_sink(HOME / "mail")
            say("Mail goes into var/prodlike/mail/; set SSC_SMTP_URL to send it.")
        if portal.migrate(**WITH_TOOLS):
            portal.manage("load_reference")
            if os.environ.get("SSC_PRODLIKE_SEED") == "1":
                size = ["--groups", "all", "--members", "10000", "--seed", "1"]
                title = "Filling the empty database with the demo network."
                portal.manage("seed_demo", *size, title=title, **WITH_TOOLS)
        portal.collect_static(Path(portal.env["SSC_STATIC_ROOT"]))
        web = portal.add_web(workers=workers)
        portal.add_jobs(HOME)
        portal.await_answer(web)
        say(f"\nThe portal runs under production settings at {portal.address}/.")
        say("To make the first administrator, open a second terminal and run:")
        shown = {**portal.env, **stack.exported}
        shown = {name: value for name, value in shown.items() if name != "SSC_SECRET_KEY"}
        for name, value in shown.items():
            say(f"    export {name}='{value}'")
        say('    export SSC_SECRET_KEY="$(cat var/prodlike/secret-key)"')
        say("    SSC_DB_AS=owner .venv/bin/python manage.py createsuperuser")
        say("\nCtrl-C stops everything and keeps the data. Logs are in var/log/prodlike/.")
        portal.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
