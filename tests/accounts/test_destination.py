"""Every way to a session leads to the page that the person wanted, also over several pages and mails."""

from __future__ import annotations

import json
import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.orcid.views import OrcidOAuth2Adapter
from django.urls import reverse

from tests import factories
from tests.accounts.test_sign_in import code_in_last_mail, totp_code

pytestmark = pytest.mark.django_db
WANTED = "/en/profile/?from=mail&of=2026"
NEW = "three other long words"
FRESH = "fresh@example.org"
ORCID = "0000-0002-1825-0097"


class Walker:
    """A person without script: opens links by their text, and fills in the form of the page."""

    def __init__(self, client):
        self.client, self.url, self.page = client, "", None

    def go(self, url: str) -> Walker:
        self.url = url
        self._arrive(self.client.get(url))
        return self

    def click(self, text: str) -> Walker:
        html = self.page.content.decode()
        links = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', html, re.S)
        labels = [(href, " ".join(re.sub(r"<[^>]+>", " ", label).split())) for href, label in links]
        found = {href for href, label in labels if label == text}
        assert len(found) == 1, (text, self.url, labels)
        return self.go(unescape(found.pop()))

    def send(self, **data: str) -> Walker:
        """Post the one form that has these fields, with its hidden fields, as a browser does."""
        html = self.page.content.decode()
        forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", html, re.S)
        found = [form for form in forms if all(f'name="{name}"' in form[1] for name in data)]
        attributes, inner = next(form for form in found if "method" in form[0])
        action = re.search(r'action="([^"]*)"', attributes)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inner))
        fields = {name: unescape(value) for name, value in hidden.items()} | data
        self._arrive(self.client.post(unescape(action[1]) if action else self.url, fields))
        return self

    def _arrive(self, response) -> None:
        """Follow redirects inside the portal to the page that is shown."""
        while response.status_code == 302 and response["Location"].startswith("/"):
            self.url = response["Location"]
            response = self.client.get(self.url)
        self.page = response


@pytest.fixture
def orcid(settings, monkeypatch):
    """A server that answers as ORCID does, for the person with ORCID."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._send({"access_token": "t", "token_type": "bearer", "orcid": ORCID})

        def do_GET(self) -> None:
            person = {"name": {"given-names": {"value": "Ada"}, "family-name": {"value": "Okafor"}}}
            self._send({"orcid-identifier": {"path": ORCID, "uri": "u"}, "person": person})

        def _send(self, data: dict) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(data).encode())

        def log_message(self, *args: object) -> None:
            """Say nothing in the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(OrcidOAuth2Adapter, "access_token_url", f"{place}/token")
    monkeypatch.setattr(OrcidOAuth2Adapter, "profile_url", f"{place}/%s/record")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "orcid": {"APPS": [{"client_id": "the-portal", "secret": "s", "key": ""}]}
    }
    yield
    server.shutdown()
    server.server_close()


def by_password(walker, person, _secret):
    walker.send(login=person.email, password=factories.PASSWORD)


def by_wrong_password_first(walker, person, secret):
    walker.send(login=person.email, password="not the pass phrase")
    by_password(walker, person, secret)


def by_second_step(walker, person, secret):
    TOTP.activate(person, secret)
    by_password(walker, person, secret)
    walker.send(code="000000").send(code=totp_code(secret))


def by_code(walker, person, _secret):
    walker.click("Email me a sign-in code").send(email=person.email)
    walker.send(code="WRON-GONE").send(code=code_in_last_mail(person.email))


def by_code_after_three_wrong_ones(walker, person, secret):
    walker.click("Email me a sign-in code").send(email=person.email)
    for _number in range(3):
        walker.send(code="WRON-GONE")
    walker.send(email=person.email).send(code=code_in_last_mail(person.email))


def by_new_password(walker, person, secret):
    walker.click("Forgotten password").send(email=person.email)
    walker.send(code=code_in_last_mail(person.email)).send(password1=NEW, password2=NEW)
    walker.send(login=person.email, password=NEW)


def by_new_password_after_three_wrong_codes(walker, person, secret):
    walker.click("Forgotten password").send(email=person.email)
    for _number in range(3):
        walker.send(code="WRON-GONE")
    by_new_password(walker, person, secret)


def by_way_of_several_pages(walker, person, secret):
    walker.click("Forgotten password").click("Back to sign-in")
    walker.click("Create an account").click("Sign in").click("Email me a sign-in code")
    walker.click("Sign in another way")
    by_password(walker, person, secret)


def by_registering(walker, person, _secret):
    new = {"given_name": "Noor", "family_name": "Al-Hashimi", "password1": "another long phrase 7"}
    walker.click("Create an account").send(**new, email=FRESH)
    walker.send(code="WRON-GONE").send(code=code_in_last_mail(FRESH))


def _at_orcid(walker, link="Sign in with Orcid.org"):
    """Go to ORCID and come back as ORCID sends people back."""
    away = walker.click(link).client.post(walker.url)
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    walker.go(reverse("orcid_callback") + f"?code=c&state={state}")


def connect_orcid(client, page):
    """Connect the ORCID of the signed-in person; the page asks for the password on the way."""
    walker = Walker(client).go(page)
    _at_orcid(walker, "Connect Orcid.org")
    if urlsplit(walker.url).path == reverse("account_reauthenticate"):
        walker.send(password=factories.PASSWORD)


def by_orcid(walker, person, _secret):
    SocialAccount.objects.create(user=person, provider="orcid", uid=ORCID)
    _at_orcid(walker)


def by_registering_with_orcid(walker, person, _secret):
    _at_orcid(walker)
    walker.send(email=FRESH).send(code=code_in_last_mail(FRESH))


WAYS = [
    by_password,
    by_wrong_password_first,
    by_second_step,
    by_code,
    by_code_after_three_wrong_ones,
    by_new_password,
    by_new_password_after_three_wrong_codes,
    by_way_of_several_pages,
    by_registering,
    by_orcid,
    by_registering_with_orcid,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_to_a_session_leads_to_the_page_that_the_person_wanted(client, stranger, orcid, way):
    walker = Walker(client).go(WANTED)
    assert urlsplit(walker.url).path == reverse("account_login")
    way(walker, stranger, generate_totp_secret())
    assert (walker.url, walker.page.status_code) == (WANTED, 200)


def test_no_way_leads_to_another_host(client, stranger):
    walker = Walker(client).go(reverse("account_login") + "?next=https://evil.example/")
    walker.send(login=stranger.email, password=factories.PASSWORD)
    assert walker.url == reverse("workspace:task-list")
    client.logout()
    answer = client.get(reverse("account_confirm_password_reset_code") + "?next=https://evil.example/")
    assert answer["Location"] == reverse("account_login")
