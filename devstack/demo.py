"""Run the demo (`make demo`): all parts of the portal on one machine, with invented data.

The data is kept in .run/ and var/ between two starts. `--reset` deletes it first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from devstack.keeper import StackError, follow_parent
from devstack.processes import ROOT, Portal, say, wanted_port
from devstack.services import Stack

VAR = Path(os.environ.get("SSC_VAR_DIR") or ROOT / "var").resolve()
MAIL = VAR / "demo-mail"
STATIC = VAR / "static"
LOGS = VAR / "log" / "demo"


def interrupted(marker: Path) -> bool:
    """Return whether the last start ended while the network was being written, and print a sentence if so."""
    if marker.exists():
        say("The last start was interrupted while the demo network was being made: it is made anew.")
        return True
    return False


def seed(portal: Portal, marker: Path, groups: str, members: str, stage: str) -> None:
    """Fill the empty database. The marker file exists during this time, so an incomplete network is never kept."""
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    began = time.monotonic()
    stages = ["--stage", stage] if stage else []
    size = ["--groups", groups, "--members", members, "--seed", "1"]
    title = f"Making the demo network: {groups} groups, {members} people. All of it takes a minute or two."
    portal.manage("seed_demo", *size, *stages, title=title)
    marker.unlink()
    say(f"The demo network stands after {time.monotonic() - began:.0f} s.")


def main() -> int:
    """Start the demo, print its address, and run until a signal asks to stop. Return the exit status."""
    parser = argparse.ArgumentParser(description="The portal's living demo on this machine.")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--groups", default="all", help="how many groups a new network has")
    parser.add_argument("--members", default="10000", help="how many people a new network has")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this one ends"
    )
    chosen = parser.parse_args()
    if chosen.with_parent:
        follow_parent(signal.SIGTERM)
    port, stage, began = wanted_port(), os.environ.get("STAGE", ""), time.monotonic()
    if chosen.reset and os.environ.get("DATABASE_URL"):
        raise StackError("DATABASE_URL names a database of yours: empty it yourself, then run `make demo`.")
    marker = VAR / "demo-is-being-made"
    fresh = chosen.reset or interrupted(marker)
    env = {
        "DJANGO_SETTINGS_MODULE": "sscportal.settings.demo",
        "SSC_BASE_URL": f"http://localhost:{port}",
        "SSC_SINK_DIR": str(MAIL),
        "SSC_STATIC_ROOT": str(STATIC),
    }
    with Portal(stack=Stack(fresh=fresh), logs=LOGS, env=env, port=port) as portal:
        if fresh:
            shutil.rmtree(MAIL, ignore_errors=True)
            marker.unlink(missing_ok=True)
        portal.add_sink(MAIL)
        if portal.migrate():
            seed(portal, marker, chosen.groups, chosen.members, stage)
        elif stage:
            say("The demo network is there already and keeps its stage; `make demo-reset` takes another.")
        portal.collect_static(STATIC)
        web = portal.add_web()
        portal.add_jobs(VAR / "demo")
        personas = portal.manage("list_personas")
        portal.await_answer(web)
        say(f"\nThe portal is at {portal.address}/ (ready after {time.monotonic() - began:.0f} s).")
        say(f"The mail it sends can be read at {portal.address}/demo/mail/.\n")
        say(personas.rstrip())
        say(f"\nCtrl-C stops everything and keeps the data. Logs are in {LOGS}.")
        portal.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
