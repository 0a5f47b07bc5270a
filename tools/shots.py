"""Takes pictures of every page, wide and on a phone, into var/shots/: `make shots`. A person looks at them.

The first pictures show the pages of the design, under its numbers. Then the program follows links as a visitor, an
applicant, a leader and an administrator, with a folder for each of them, and opens one page of each kind. A page must
answer, have one main heading and fit into 320 px, and axe must find nothing at 1280 and 390 px. Otherwise the program
ends with 1.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections import deque
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from devstack.keeper import StackError
from devstack.processes import ROOT, say
from tools import measured

WIDTHS: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 900},
    "390": {"width": 390, "height": 844},
}
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK_AXE = """rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})
    .then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html.slice(0, 120)))"""
WALKERS = ("VI", "AP", "LE", "CA")
STARTS = ("/en/", "/en/tasks/", "/en/profile/", "/en/office/")
FILES = (".csv", ".pdf", ".png", ".ics")


def chromium() -> str:
    """The path of Chromium. Raises StackError when Chromium is missing."""
    found = os.environ.get("SSC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise StackError("There is no Chromium here: install it (apt-get install chromium).")
    return found


def visit(browser: Browser, session: str, address: str, size: ViewportSize) -> BrowserContext:
    """A browser window of one of the demo's people; without a session, of a visitor."""
    context = browser.new_context(
        viewport=size,
        locale="en",
        reduced_motion="reduce",
        bypass_csp=True,  # the policy would refuse the script of axe
    )
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context


def look(page: Page, picture: Path) -> list[str]:
    """Take the pictures of the open page; return what is wrong with the page."""
    found = []
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} main headings")
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"wider than {width} px")
        if width != 320:
            page.screenshot(path=f"{picture}-{width}.png", full_page=True)
            page.evaluate(AXE)
            found += [f"{one} at {width} px" for one in page.evaluate(ASK_AXE, RULES)]
    return found


def kind(path: str) -> str:
    """The path without the group or row: the program looks at each kind of page once."""
    named = re.sub(r"/(g|groups)/[^/]+/", r"/\1/…/", path.partition("?")[0].partition("#")[0])
    return re.sub(r"\d+(-\d+)?", "#", named)


def walk(page: Page, address: str, into: Path) -> tuple[int, list[str]]:
    """Follow links, take pictures of one page of each kind; return the number of pages and what is wrong."""
    into.mkdir(parents=True, exist_ok=True)
    queue, seen, found = deque(STARTS), set[str](), list[str]()
    while queue:
        path = queue.popleft()
        if kind(path) in seen or path.partition("?")[0].endswith(FILES):
            continue
        seen.add(kind(path))
        answer = page.goto(address + path)
        status = answer.status if answer else 0
        if status >= 400:
            # The person may not open some pages on which the walk starts; then the refusal is right.
            found += [] if path in STARTS and status == 404 else [f"{path}: answers {status}"]
            continue
        picture = into / (
            re.sub(r"[^a-z]+", "-", kind(path).removeprefix("/en/").replace("#", "n")).strip("-") or "start"
        )
        found += [f"{path}: {fault}" for fault in look(page, picture)]
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        queue.extend(link for link in links if link.startswith("/en/"))
    return len(seen), found


def main() -> int:
    """Start a portal with the demo network, take the pictures and follow the links."""
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "shots")
    parser.add_argument("--groups", default="all", help="groups of the network shown")
    parser.add_argument("--members", type=int, default=10000, help="people of the network shown")
    parser.add_argument("--only", default="", help="only pages whose name holds this text, and no walk")
    chosen = parser.parse_args()
    program = chromium()
    chosen.into.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with (
        measured.portal(groups=chosen.groups, members=chosen.members) as (address, env),
        sync_playwright() as play,
    ):
        pages = [page for page in measured.inside("shots", env=env) if chosen.only in page[0]]
        sessions = measured.inside("sessions", env=env) | {"VI": ""}
        browser = play.chromium.launch(executable_path=program, args=ARGUMENTS)
        for width, size in WIDTHS.items():
            for code in sorted({code for _, code, _ in pages}):
                context = visit(browser, sessions[code], address, size)
                page = context.new_page()
                for name, _, path in (one for one in pages if one[1] == code):
                    page.goto(address + path)
                    page.screenshot(path=str(chosen.into / f"{name}-{width}.png"), full_page=True)
                context.close()
            say(f"{len(pages)} pages at {width} px.")
        for code in () if chosen.only else WALKERS:
            context = visit(browser, sessions[code], address, WIDTHS["1280"])
            opened, found = walk(context.new_page(), address, chosen.into / code)
            wrong += [f"{code} {one}" for one in found]
            say(f"{code}: {opened} kinds of pages, {len(found)} faults.")
            context.close()
        browser.close()
    say(f"The pictures are in {chosen.into}.")
    for one in wrong:
        say(f"Fault: {one}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
