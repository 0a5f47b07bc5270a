"""Pictures of every page, wide and on a phone, into var/shots/: `make shots`. To be looked at."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from sscportal.keeper import StackError
from sscportal.processes import ROOT, say
from tools import measured

WIDTHS = {"1280": {"width": 1280, "height": 900}, "390": {"width": 390, "height": 844}}
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str:
    """Where Chromium is. Raises StackError when it is not."""
    found = os.environ.get("SSC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise StackError("There is no Chromium here: install it (apt-get install chromium).")
    return found


def main() -> int:
    """Start a portal with the demo network and take the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "shots")
    parser.add_argument("--groups", default="all", help="groups of the network shown")
    parser.add_argument("--members", type=int, default=10000, help="people of the network shown")
    parser.add_argument("--only", default="", help="only pages whose name holds this text")
    chosen = parser.parse_args()
    program = chromium()
    chosen.into.mkdir(parents=True, exist_ok=True)
    with (
        measured.portal(groups=chosen.groups, members=chosen.members) as (address, env),
        sync_playwright() as play,
    ):
        pages = [page for page in measured.inside("shots", env=env) if chosen.only in page[0]]
        sessions = measured.inside("sessions", env=env)
        browser = play.chromium.launch(executable_path=program, args=ARGUMENTS)
        for width, size in WIDTHS.items():
            for code in sorted({code for _, code, _ in pages}):
                context = browser.new_context(viewport=size, locale="en", reduced_motion="reduce")  # type: ignore[arg-type]
                if code != "VI":
                    context.add_cookies([{"name": "sessionid", "value": sessions[code], "url": address}])
                page = context.new_page()
                for name, _, path in (one for one in pages if one[1] == code):
                    page.goto(address + path)
                    page.screenshot(path=str(chosen.into / f"{name}-{width}.png"), full_page=True)
                context.close()
            say(f"{len(pages)} pages at {width} px.")
        browser.close()
    say(f"The pictures are in {chosen.into}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
