"""The demo's mail pages: people can read every mail, and no mail can run a script or change anything."""

import importlib.util

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from sscportal import urls
from tests.devstack.samples import keep_message

pytestmark = pytest.mark.django_db
LIST = "/demo/mail/"


@pytest.fixture
def box(settings, tmp_path):
    settings.SINK_DIR = tmp_path / "mail"
    return settings.SINK_DIR


def keep(subject="Hello", text="Words", html="", to="reader@example.org"):
    mail = EmailMultiAlternatives(subject, text, "portal@ssc.example", [to])
    if html:
        mail.attach_alternative(html, "text/html")
    return keep_message(mail.message().as_bytes())


def test_before_any_mail_the_page_says_how_to_get_some(client, box):
    assert "No mail yet" in client.get(LIST).content.decode()


def test_mail_is_listed_newest_first_for_everybody(client, box):
    keep("First")
    keep("Second", to="other@example.org")
    page = client.get(LIST).content.decode()
    assert page.index("Second") < page.index("First")
    narrowed = client.get(LIST, {"to": "OTHER@"}).content.decode()
    assert "Second" in narrowed
    assert "First" not in narrowed


def test_a_link_in_a_mail_can_be_followed(client, box):
    link = "http://localhost:8000/en/invitation/7kq2-m9tv/"
    name = keep(text=f"Accept:\n{link}\n\nThanks")
    page = client.get(reverse("demo:mail-detail", args=[name])).content.decode()
    assert f'<a href="{link}" rel="nofollow">{link}</a>' in page


def test_hostile_mail_is_text_and_nothing_else(client, box):
    name = keep(
        subject="<script>alert(1)</script>",
        text='<img src=x onerror=alert(1)> javascript:alert(1) http://x.example/"onclick="alert(1)',
        html="<h2>Big</h2><script>alert(2)</script><img src=http://x.example/p.gif>",
    )
    for url in (LIST, reverse("demo:mail-detail", args=[name])):
        page = client.get(url).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        for live in ("<script>alert", "<img src", "<h2>Big", 'href="javascript', '"onclick="'):
            assert live not in page


def test_only_kept_messages_are_read(client, box):
    keep()
    (box.parent / "secret.eml").write_text("Subject: secret\r\n\r\nsecret")
    (box / "notes.eml").write_text("Subject: notes\r\n\r\nnotes")
    for name in ("../secret", "..%2Fsecret", "notes", "0" * 20 + "-000000-00000000"):
        assert client.get(f"{LIST}{name}/").status_code == 404
    assert "notes" not in client.get(LIST).content.decode()


def test_outside_demo_mode_there_is_no_such_address(settings):
    def addresses():
        spec = importlib.util.spec_from_file_location("fresh_urls", urls.__file__)
        assert spec is not None
        fresh = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(fresh)
        return {str(entry.pattern) for entry in fresh.urlpatterns}

    settings.DEMO_MODE = True
    assert "demo/" in addresses()
    settings.DEMO_MODE = False
    assert [address for address in addresses() if "demo" in address] == []
