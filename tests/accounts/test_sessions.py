"""Sessions that are older than a factor, a role, a password or an address do not outlive the change."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts import sessions
from accounts.middleware import WANTED_PAGE
from accounts.models import User
from tests import factories
from tests.accounts.test_sign_in import code_in_last_mail, sign_in, signed_in, totp_code

pytestmark = pytest.mark.django_db
OFFICE = "/en/office/"
NEW = "three other long words"


def with_app(person) -> str:
    """Give the person an authenticator app. Returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def opened(person) -> Client:
    """A browser in which the person has given the password, and nothing else."""
    client = Client()
    assert sign_in(client, person)["Location"] == reverse("workspace:task-list")
    return client


def is_open(client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def sent_to(response) -> tuple[str, str]:
    """The page that a response redirects to, and the page it leads back to."""
    parts = urlsplit(response["Location"])
    return parts.path, parse_qs(parts.query).get("next", [""])[0]


@pytest.fixture
def officer(reference):
    person = factories.make_person("Office", "Person")
    factories.appoint_network(person, "CA", second_factor=False)
    return person


def prove_password(client, page: str) -> None:
    """Open a page that asks for the password first, and give it."""
    answer = client.get(page)
    if answer.status_code == 302:
        client.post(answer["Location"], {"password": factories.PASSWORD, "next": page})


def enrol(client) -> str:
    """Add an authenticator app by its page. Returns the secret."""
    page = reverse("mfa_activate_totp")
    prove_password(client, page)
    secret = client.get(page).context["form"].secret
    assert client.post(page, {"code": totp_code(secret)}).status_code == 302
    return secret


# ---------------------------------------------------------------- The factor of a role, in each session


def test_a_session_from_before_the_factor_reads_nothing_after_it(officer):
    older, newer = opened(officer), opened(officer)
    enrol(newer)
    assert newer.get(OFFICE).status_code == 200
    assert sent_to(older.get(OFFICE)) == (reverse("account_login"), OFFICE)


def test_a_session_that_did_not_use_the_factor_is_sent_to_it_and_back(client, officer):
    secret = with_app(officer)
    Client.force_login(client, officer)  # a session without any record, such as one from before this rule
    page = OFFICE + "?year=2026"
    answer = client.get(page)
    assert sent_to(answer) == (reverse("mfa_reauthenticate"), page)
    assert (
        "Your role asks for a second step in each session" in client.get(answer["Location"]).content.decode()
    )
    back = client.post(answer["Location"], {"code": totp_code(secret), "next": page})
    assert (back.status_code, back["Location"]) == (302, page)
    assert client.get(page).status_code == 200


def test_the_password_does_not_stand_in_for_the_factor(client, officer):
    with_app(officer)
    factories.sign_in(client, officer)
    factories.refresh(client)
    session = client.session
    session["account_authentication_methods"] = session["account_authentication_methods"][:1]
    session.save()
    answer = client.get(reverse("account_reauthenticate"))
    assert sent_to(answer)[0] == reverse("mfa_reauthenticate")
    assert "Use your password" not in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_email",
        "account_change_password",
        "accounts:profile",
    ],
)
def test_a_session_without_the_factor_cannot_reach_the_pages_that_weaken_it(client, officer, name):
    with_app(officer)
    RecoveryCodes.activate(officer)
    Client.force_login(client, officer)
    for method in (client.get, client.post):
        assert sent_to(method(reverse(name)))[0] == reverse("mfa_reauthenticate")
    # Control: once the factor is used, the page opens, or asks for the password as it asks everybody.
    client.force_login(officer)
    answer = client.get(reverse(name))
    assert answer.status_code == 200 or sent_to(answer)[0] == reverse("account_reauthenticate")


def test_a_role_given_today_meets_the_open_session_at_once(client, group):
    person = factories.make_person("Given", "Arole")
    secret = with_app(person)
    client = Client()
    sign_in(client, person)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    used = client
    plain = Client()
    plain.force_login(person)
    tasks = reverse("workspace:task-list")
    assert (used.get(tasks).status_code, plain.get(tasks).status_code) == (200, 200)
    factories.appoint(group, person, "treasurer")
    assert used.get(tasks).status_code == 200
    assert sent_to(plain.get(tasks)) == (reverse("mfa_reauthenticate"), tasks)


def test_a_role_given_today_sends_who_has_no_factor_to_add_one_and_back(group):
    person = factories.make_person("Given", "Arole")
    client = opened(person)
    wanted = reverse("workspace:task-list") + "?show=all"
    factories.appoint(group, person, "treasurer")
    assert sent_to(client.get(wanted))[0] == reverse("mfa_index")
    enrol(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert f'href="{wanted}"' in page
    assert client.get(wanted).status_code == 200
    assert WANTED_PAGE not in client.session


def test_a_factor_that_was_removed_counts_no_longer(client, officer):
    with_app(officer)
    client.force_login(officer)
    assert client.get(OFFICE).status_code == 200
    Authenticator.objects.filter(user=officer).delete()
    client.force_login(officer)
    with_app(officer)
    client.force_login(officer)
    used = client.session["account_authentication_methods"]
    assert client.get(OFFICE).status_code == 200
    session = client.session
    session["account_authentication_methods"] = [{**row, "id": -1} for row in used]
    session.save()
    assert sent_to(client.get(OFFICE))[0] == reverse("mfa_reauthenticate")


def test_a_recovery_code_is_a_second_step_of_the_session(officer):
    with_app(officer)
    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    client = Client()
    sign_in(client, officer)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(OFFICE).status_code == 200


def test_people_whose_role_asks_for_nothing_meet_no_gate(client, stranger):
    with_app(stranger)
    Client.force_login(client, stranger)
    assert is_open(client)


# ---------------------------------------------------------------- The other sessions end


def change_password(client):
    data = {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), data).status_code == 302


def set_password(client):
    person = User.objects.get(pk=client.session["_auth_user_id"])
    data = {"password1": NEW, "password2": NEW}
    assert not person.has_usable_password()
    assert client.post(reverse("account_set_password"), data).status_code == 302


def reset_password(client):
    email = User.objects.get(pk=client.session["_auth_user_id"]).email
    client.post(reverse("account_reset_password"), {"email": email})
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_in_last_mail(email)})
    page = reverse("account_complete_password_reset")
    assert client.post(page, {"password1": NEW, "password2": NEW}).status_code == 302


def change_address(client):
    prove_password(client, reverse("account_email"))
    data = {"action_add": "", "email": "new@example.org"}
    answer = client.post(reverse("account_email"), data)
    if urlsplit(answer["Location"]).path == reverse("account_reauthenticate"):
        client.post(answer["Location"], {"password": factories.PASSWORD})
        client.post(reverse("account_email"), data)
    code = code_in_last_mail("new@example.org")
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert EmailAddress.objects.filter(email="new@example.org", verified=True).exists()


def remove_app(client):
    prove_password(client, reverse("mfa_deactivate_totp"))
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists()


CHANGES = [change_password, set_password, reset_password, change_address, enrol, remove_app]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_of_how_a_person_signs_in_ends_their_other_sessions(stranger, change):
    if change is set_password:
        stranger.set_unusable_password()
        stranger.save()
    if change is remove_app:
        with_app(stranger)
    here, elsewhere, somebody = Client(), Client(), Client()
    for client, person in ((here, stranger), (elsewhere, stranger), (somebody, factories.make_person())):
        factories.sign_in(client, person)
        assert is_open(client)
    change(here)
    assert (is_open(here), is_open(elsewhere), is_open(somebody)) == (True, False, True)


def test_a_profile_that_is_saved_ends_no_session(stranger):
    here, elsewhere = opened(stranger), opened(stranger)
    given = {"given_name": "N", "family_name": "A", "language": "en", "country": "JO"}
    assert here.post(reverse("accounts:profile"), given).status_code == 302
    assert (is_open(here), is_open(elsewhere)) == (True, True)


def test_a_sign_in_that_began_before_the_password_changed_is_not_finished(stranger):
    secret = with_app(stranger)
    thief = Client()
    assert sign_in(thief, stranger)["Location"] == reverse("mfa_authenticate")
    owner = Client()
    factories.sign_in(owner, stranger)
    change_password(owner)
    answer = thief.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert (answer["Location"], signed_in(thief)) == (reverse("account_login"), False)
    # Control: a sign-in that begins now is finished.
    assert sign_in(thief, stranger, NEW)["Location"] == reverse("mfa_authenticate")
    thief.post(reverse("mfa_authenticate"), {"code": totp_code(secret, 1)})
    assert signed_in(thief)


@pytest.mark.parametrize("asked", ["account_request_login_code", "account_reset_password"])
def test_a_code_in_the_former_mailbox_is_worth_nothing_after_the_address_changed(stranger, asked):
    entered = {
        "account_request_login_code": "account_confirm_login_code",
        "account_reset_password": "account_confirm_password_reset_code",
    }[asked]
    former = stranger.email
    thief, owner = Client(), Client()
    thief.post(reverse(asked), {"email": former})
    code = code_in_last_mail(former)
    factories.sign_in(owner, stranger)
    change_address(owner)
    answer = thief.post(reverse(entered), {"code": code})
    assert answer.status_code == 200
    assert "This code no longer works. Ask for a new one." in answer.content.decode()
    assert not signed_in(thief)


def test_sessions_of_the_portal_before_this_rule_stay_valid(client, stranger):
    """A person whose sessions were never ended has the hash that Django alone computes."""
    plain = super(User, stranger).get_session_auth_hash()
    assert stranger.get_session_auth_hash() == plain
    sessions.end_others(stranger)
    assert stranger.get_session_auth_hash() != plain
