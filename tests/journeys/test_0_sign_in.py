"""Signing in with an emailed code, with a password and a second step, or with a passkey; and signing out."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from tests import factories
from tests.journeys.conftest import Visitor


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def prove_again(visitor: Visitor) -> None:
    """Give the password once more, if the page asks for it before it changes how one signs in."""
    if visitor.page.locator("[name=password]").count():
        visitor.fill(password=factories.PASSWORD)
        visitor.page.locator("main form button.btn").first.click()
        visitor.page.wait_for_load_state()
        visitor.look()


def test_a_person_signs_in_with_an_emailed_code_and_out_again(reference, visitor, post_office):
    person = factories.make_person("Tendai", "Mukwashi")
    visitor.go("/en/sign-in/")
    visitor.click("Email me a sign-in code")
    visitor.fill(email=person.email)
    visitor.press("Send me the code")
    visitor.fill(code=post_office.code_to(person.email))
    visitor.press("Sign in", exact=True)
    assert visitor.path == "/en/tasks/"
    visitor.go("/en/profile/")
    visitor.go("/en/account/logout/")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_load_state()
    visitor.page.goto(visitor.address + "/en/tasks/")
    assert visitor.path == "/en/sign-in/"


def test_an_office_role_signs_in_with_a_second_step(reference, visitor, sign_in):
    person = factories.make_person("Rashid", "Belhassen")
    factories.appoint_network(person, "CA", second_factor=False)
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    sign_in(visitor, person)
    visitor.sees("Second step")
    visitor.fill(code="000000")
    visitor.press("Sign in", exact=True)
    visitor.sees("Second step")
    visitor.fill(code=code_of(secret))
    visitor.press("Sign in", exact=True)
    assert visitor.path == "/en/tasks/"


def test_an_office_role_without_a_second_step_is_led_to_set_one_up(reference, open_browser, sign_in):
    person = factories.make_person("Rashid", "Belhassen")
    factories.appoint_network(person, "CA", second_factor=False)
    visitor = sign_in(open_browser(), person)
    visitor.go("/en/office/")
    assert visitor.page.get_by_role("heading", name="Sign-in and security").is_visible()
    visitor.click("Set up an authenticator app")
    prove_again(visitor)
    visitor.fill(code=code_of(visitor.page.locator("p.code").inner_text().strip()))
    visitor.page.locator("main form button.btn").first.click()
    visitor.page.wait_for_load_state()
    visitor.look()
    visitor.go("/en/office/")
    assert visitor.path == "/en/office/"


def test_a_person_adds_a_passkey_and_signs_in_with_it(reference, open_browser, sign_in):
    person = factories.make_person("Hana", "Minegishi")
    visitor = sign_in(open_browser(), person)
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.go("/en/account/2fa/")
    visitor.click("Add a key")
    prove_again(visitor)
    visitor.fill(name="Field laptop")
    if visitor.page.locator("[name=passwordless]").count():
        visitor.tick("passwordless")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Add the key").click()
    visitor.look()
    visitor.go("/en/account/logout/")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_load_state()
    visitor.go("/en/sign-in/")
    visitor.page.get_by_role("button", name="Sign in with a passkey").click()
    visitor.page.wait_for_url("**/en/tasks/")
    visitor.look()
