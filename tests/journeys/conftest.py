"""A real browser opens pages of a real server. Each journey runs with and without script, wide and on a phone.

Each journey checks every page that it opens: axe finds nothing (WCAG 2.2 AA), the console is empty, the content
security policy refuses nothing, nothing is loaded from another host, the page has one h1 and a title, and at 320 px
it does not scroll sideways.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from accounts.models import User
from core.mail import sender
from tests import factories
from tests.smtp_sink import SmtpSink

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
CHROMIUM = os.environ.get("SSC_CHROMIUM", "/usr/bin/chromium")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SURFACES = [
    pytest.param((WIDE, True), id="wide"),
    pytest.param((WIDE, False), id="wide-no-script"),
    pytest.param((PHONE, True), id="phone"),
    pytest.param((PHONE, False), id="phone-no-script"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    assert Path(CHROMIUM).exists(), "Chromium is missing: install it (apt-get install chromium)."
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """Somebody at a browser. Moves by what the page shows, and looks at every page reached."""

    page: Page
    address: str
    script: bool
    phone: bool
    glass: Page | None = None
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    # Moving

    def go(self, path: str, *, status: int = 200) -> None:
        """Open an address of the portal; `status` is what it should answer in the end."""
        answer = self.page.goto(path if "://" in path else self.address + path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        if status >= 400:  # the browser itself notes that on its console
            self.faults[:] = [fault for fault in self.faults if f"status of {status}" not in fault]
        self.look()

    def click(
        self, name: str, *, role: str = "link", exact: bool = False, inside: Locator | None = None
    ) -> None:
        """Follow the link or press the button with this name, then look at the page that comes."""
        (inside or self.page).get_by_role(role, name=name, exact=exact).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()
        self.look()

    def press(self, name: str, *, exact: bool = False, inside: Locator | None = None) -> None:
        """Press a button."""
        self.click(name, role="button", exact=exact, inside=inside)

    def menu(self, name: str) -> None:
        """Follow a link of the header or the rail, which a phone folds away."""
        link = self.page.get_by_role("link", name=name)
        if not any(one.is_visible() for one in link.all()):
            for summary in self.page.locator("details:not([open]) > summary").all():
                if summary.is_visible():
                    summary.click()
        next(one for one in link.all() if one.is_visible()).click()
        self.page.wait_for_load_state()
        self.look()

    def fill(self, **fields: str) -> None:
        """Fill fields by their names in the form."""
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button or tick a box, by the name and the value in the form."""
        self.page.locator(f"[name='{name}'][value='{value}']").first.check()

    def tick(self, name: str) -> None:
        """Tick a box."""
        self.page.locator(f"input[type=checkbox][name='{name}']").first.check()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Fail unless the page shows the text."""
        found = self.page.get_by_text(text)
        assert any(one.is_visible() for one in found.all()), (
            f"{self.page.url} does not show {text!r}. It says:\n{self.text[:3000]}"
        )

    @property
    def text(self) -> str:
        """The words of the main part."""
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """The address without the host."""
        return urlsplit(self.page.url).path

    # Looking

    def look(self) -> None:
        """Check the page that is open, once per address and journey."""
        kind = (
            re.sub(r"(/report/\d+)/[a-z]+/$|\d+|/invitation/[^/]+", r"\1#", self.path)
            + " "
            + self.page.title()[:5]
        )
        if kind in self.seen:
            return
        self.seen.add(kind)
        assert self.page.locator("h1").count() == 1, f"{self.path} has {self.page.locator('h1').count()} h1"
        assert self.page.title().endswith(("SSC Groups", "Groupes CSE", "Grupos CSE")), self.page.title()
        problems = self.axe()
        assert problems == [], f"{self.path}: {json.dumps(problems, indent=1)}"
        if self.phone:
            self.reflow()
        assert self.faults == [], f"{self.path}: {self.faults}"

    def axe(self) -> list[dict[str, Any]]:
        """What axe finds on the page.

        Its work needs timers, which a browser without script has not: there the page's own markup is laid under
        the same address into a second browser, and axe looks at it in that one.
        """
        page = self.page
        if self.glass is not None:
            page = self.glass
            markup = re.sub(r"(?s)<script\b.*?</script>", "", self.page.content())
            here = self.page.url
            page.route(
                here, lambda route: route.fulfill(body=markup, content_type="text/html; charset=utf-8")
            )
            page.goto(here)
            page.unroute(here)
        page.evaluate(AXE)
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES
        )
        return [
            {
                "rule": one["id"],
                "where": [node["html"][:200] for node in one["nodes"]][:4],
                "help": one["help"],
            }
            for one in found["violations"]
        ]

    def reflow(self) -> None:
        """At 320 px nothing scrolls sideways."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 700})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        assert width <= 320, f"{self.path} is {width} px wide at 320"


@pytest.fixture(params=SURFACES)
def surface(request: pytest.FixtureRequest) -> tuple[dict[str, int], bool]:
    """Width and script of the browser: a journey that asks for it runs four times."""
    return request.param


@pytest.fixture
def open_browser(browser, live_server, settings, reference) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser of its own, with its own cookies, for one more person."""
    settings.BASE_URL = live_server.url
    contexts: list[BrowserContext] = []

    def start(surface: tuple[dict[str, int], bool] = (WIDE, True), language: str = "en") -> Visitor:
        size, script = surface
        context = browser.new_context(
            viewport=size, java_script_enabled=script, locale=language, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)  # two cores may be shared by a whole suite
        contexts.append(context)
        visitor = Visitor(context.new_page(), live_server.url, script, size["width"] < 600)
        if not script:
            looking = browser.new_context(viewport=size, locale=language, reduced_motion="reduce")
            contexts.append(looking)
            visitor.glass = looking.new_page()

        def on_console(message: Any) -> None:
            # A form that comes back with an error or a conflict says so by its status, which the browser notes.
            if message.type in ("error", "warning") and not re.search(r"status of 4(09|22)", message.text):
                visitor.faults.append(f"console: {message.text}")

        def on_request(request: Any) -> None:
            if urlsplit(request.url).netloc != urlsplit(
                live_server.url
            ).netloc and not request.url.startswith("data:"):
                visitor.faults.append(f"another host: {request.url}")

        visitor.page.on("console", on_console)
        visitor.page.on("pageerror", lambda error: visitor.faults.append(f"script: {error}"))
        visitor.page.on("request", on_request)
        return visitor

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(open_browser, surface) -> Visitor:
    """Somebody at a browser, signed out."""
    return open_browser(surface)


@pytest.fixture
def sign_in() -> Callable[[Visitor, User], Visitor]:
    """Signs a person in through the page, with the password."""

    def act(visitor: Visitor, person: User, password: str = factories.PASSWORD) -> Visitor:
        visitor.go("/en/sign-in/")
        visitor.fill(login=person.email, password=password)
        visitor.press("Sign in", exact=True)
        return visitor

    return act


@pytest.fixture
def let_in() -> Callable[[Visitor, User], Visitor]:
    """Opens a session for somebody who is not the one that the journey is about."""

    def act(visitor: Visitor, person: User) -> Visitor:
        client = Client()
        factories.sign_in(client, person)
        visitor.page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": visitor.address,
                }
            ]
        )
        return visitor

    return act


@pytest.fixture
def january(settings) -> None:
    """The portal's clock stands on 12 January 2027: reports on 2026 are open and due at the end of the month."""
    settings.CLOCK_SHIFT = datetime(2027, 1, 12, 12, tzinfo=UTC) - timezone.now()


@dataclass
class PostOffice:
    """Sends what waits in the outbox to a real mail server, and reads what arrived there."""

    sink: SmtpSink

    def letters_to(self, address: str) -> list[str]:
        """The text parts of all mail to the address, in order, after sending what waits."""
        sender.send_waiting()
        return [
            message.get_body(("plain",)).get_content()
            for message in self.sink.messages
            if message["To"] and address in message["To"]
        ]

    def link_to(self, address: str, containing: str) -> str:
        """The link with this part in the newest mail to the address."""
        letters = self.letters_to(address)
        assert letters, f"No mail reached {address}."
        found = re.findall(r"https?://\S+", letters[-1])
        return next(link for link in found if containing in link)

    def code_to(self, address: str) -> str:
        """The sign-in code in the newest mail to the address."""
        return re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", self.letters_to(address)[-1], re.M).group(
            1
        )


@pytest.fixture
def post_office(smtp_sink) -> PostOffice:
    """The way mail takes: outbox, sender, SMTP, and the reader."""
    return PostOffice(smtp_sink)
