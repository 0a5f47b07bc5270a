"""The look and the texts of the sign-in pages and their mails; test_sign_in tests what they do."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from core.models import OutgoingMail
from tests import factories

OPEN_PAGES = ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
OWN_PAGES = [
    "mfa_index",
    "account_email",
    "account_change_password",
    "mfa_list_webauthn",
    "account_logout",
    "socialaccount_connections",
    "account_reauthenticate",
]


def heads(html: str) -> list[str]:
    return re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_open_page_has_one_title_and_no_placeholder_or_inline_style(client, reference, name):
    page = client.get(reverse(name))

    html = page.content.decode()
    assert page.status_code == 200
    assert len(heads(html)) == 1
    assert "placeholder=" not in html
    assert "style=" not in html
    assert 'class="gate"' in html


@pytest.mark.parametrize("name", OWN_PAGES)
def test_own_page_is_in_the_portals_frame(client, stranger, name):
    client.force_login(stranger)

    page = client.get(reverse(name))

    html = page.content.decode()
    assert page.status_code == 200
    assert len(heads(html)) == 1
    assert "placeholder=" not in html
    assert "style=" not in html
    assert reverse("core:privacy") in html


def test_sign_in_without_an_answer_says_what_is_missing_and_where(client, reference):
    html = client.post(reverse("account_login"), {"login": "", "password": ""}).content.decode()

    assert "<title>Error: Sign in – SSC Groups</title>" in html
    assert '<a href="#id_login">Fill in: Email address</a>' in html
    assert '<a href="#id_password">Fill in: Password</a>' in html


def test_sign_in_with_a_wrong_password_says_nothing_about_the_account(client, stranger):
    def answer(email):
        html = client.post(
            reverse("account_login"), {"login": email, "password": "wrong horse"}
        ).content.decode()
        return re.findall(r'<div class="errs".*?</div>', html, re.DOTALL)

    known, unknown = answer(stranger.email), answer("nobody@example.org")

    assert known == unknown
    assert "Check the email address and the password" in known[0]


def test_the_gate_counts_the_groups_that_stand(client, reference, group, other_group):
    other_group.closed_on = timezone.now().date()
    other_group.save()

    html = client.get(reverse("account_login")).content.decode()

    assert "One stroke for <b>1 group</b>" in html


def test_a_signed_in_person_finds_profile_and_security_in_the_menu(client, stranger):
    client.force_login(stranger)

    html = client.get(reverse("core:privacy")).content.decode()

    assert reverse("accounts:profile") in html
    assert reverse("mfa_index") in html


# ---------------------------------------------------------------- mails

FOLDERS = [
    Path(settings.BASE_DIR) / "templates" / app / "email" for app in ("account", "mfa", "socialaccount")
]
MAILS = sorted(
    f"{folder.parent.name}/email/{path.name.removesuffix('_subject.txt')}"
    for folder in FOLDERS
    for path in folder.glob("*_subject.txt")
)
FILLING = {
    "code": "ABCD-1234",
    "email": "ada@example.org",
    "from_email": "old+one@example.org",
    "to_email": "o'neil@example.org",
    "deleted_email": "old@example.org",
    "password_reset_url": "https://portal.example.org/en/reset/",
    "signup_url": "https://portal.example.org/en/register/",
    "provider": "ORCID",
    "ip": "192.0.2.7",
    "user_agent": "Browser",
    "timestamp": timezone.now(),
}


def words(html: str) -> str:
    """The text a reader sees, with one space between words."""
    body = html.split("</head>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


@pytest.mark.parametrize("name", MAILS)
def test_mail_says_the_same_in_text_and_html_and_why_it_came(name):
    subject = render_to_string(f"{name}_subject.txt", FILLING).strip()
    text = render_to_string(f"{name}_message.txt", FILLING)
    html = render_to_string(f"{name}_message.html", FILLING)

    assert subject
    assert "\n" not in subject
    assert "You get this because" in text
    for line in [line.strip() for line in text.splitlines() if line.strip() not in ("", "--")]:
        assert line.rstrip(":") in words(html), f"missing in HTML: {line}"
    assert "&#x27;" not in text
    assert "<img" not in html


def test_every_mail_allauth_may_send_has_our_words():
    theirs = {
        f"{app}/email/{path.name.removesuffix('_subject.txt')}"
        for app in ("account", "mfa", "socialaccount")
        for path in (Path(allauth.__file__).parent / "templates" / app / "email").glob("*_subject.txt")
    }

    assert theirs == set(MAILS)


def test_a_code_goes_out_in_text_and_html(client, stranger):
    client.post(reverse("account_request_login_code"), {"email": stranger.email})

    mail = OutgoingMail.objects.get(to=stranger.email)
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.text, re.MULTILINE).group(1)
    assert code in mail.html
    assert mail.subject == "Your sign-in code"
    assert factories.PASSWORD not in mail.text


def test_a_wrong_code_is_an_error_in_title_summary_and_field(client, stranger):
    client.post(reverse("account_request_login_code"), {"email": stranger.email})

    html = client.post(reverse("account_confirm_login_code"), {"code": "WRONG"}).content.decode()

    assert "<title>Error: Enter your sign-in code – SSC Groups</title>" in html
    assert '<a href="#id_code">Enter the code exactly as it stands' in html
    assert 'aria-describedby="id_code_error"' in html
