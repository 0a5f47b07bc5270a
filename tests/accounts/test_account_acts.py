"""Every change of how a person signs in leaves an act in the audit trail, and the act says how it was done."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import scope
from core.models import AuditEntry
from tests import factories
from tests.accounts import test_sessions as changes
from tests.accounts.test_destination import connect_orcid, orcid
from tests.accounts.test_sign_in import code_in_last_mail, sign_in

pytestmark = pytest.mark.django_db
__all__ = ["orcid"]  # a fixture


def acts(person):
    """The acts about the person: verb, who, channel, detail."""
    with scope.read_everywhere("checks"):
        rows = AuditEntry.objects.filter(about_type="accounts.user", about_id=person.pk).order_by("pk")
        return [(row.verb, row.by_id == person.pk, row.channel, row.detail) for row in rows]


CASES = [
    (changes.change_password, ("accounts.password_changed", True, "page", {})),
    (changes.set_password, ("accounts.password_set", True, "page", {})),
    (changes.reset_password, ("accounts.password_reset", True, "page", {"proof": "mailed code"})),
    (changes.change_address, ("accounts.address_changed", True, "page", {"proof": "mailed code"})),
    (changes.enrol, ("accounts.second_factor_added", True, "page", {"factor": "totp"})),
    (changes.enrol, ("accounts.recovery_codes_made", True, "page", {})),
    (changes.remove_app, ("accounts.second_factor_removed", True, "page", {"factor": "totp"})),
]


@pytest.mark.parametrize(("change", "act"), CASES, ids=[act[0] for _change, act in CASES])
def test_a_change_of_how_a_person_signs_in_is_an_act(client, stranger, change, act):
    if change is changes.set_password:
        stranger.set_unusable_password()
        stranger.save()
    if change is changes.remove_app:
        changes.with_app(stranger)
    factories.sign_in(client, stranger)
    before = acts(stranger)
    change(client)
    assert acts(stranger)[len(before) :].count(act) == 1


def test_a_password_that_a_signed_out_person_resets_is_their_act(stranger):
    client = Client()
    client.post(reverse("account_reset_password"), {"email": stranger.email})
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_in_last_mail(stranger.email)})
    data = {"password1": changes.NEW, "password2": changes.NEW}
    client.post(reverse("account_complete_password_reset"), data)
    assert ("accounts.password_reset", True, "page", {"proof": "mailed code"}) in acts(stranger)


def test_a_recovery_code_leaves_an_act_at_sign_in_and_at_a_proof(client, stranger):
    changes.with_app(stranger)
    first, second = RecoveryCodes.activate(stranger).get_unused_codes()[:2]
    sign_in(client, stranger)
    client.post(reverse("mfa_authenticate"), {"code": first})
    client.post(reverse("mfa_reauthenticate"), {"code": second})
    used = [detail for verb, *_rest, detail in acts(stranger) if verb == "accounts.recovery_code_used"]
    assert used == [{"at": "sign-in"}, {"at": "proof"}]
    assert first not in str(acts(stranger))


def test_new_recovery_codes_are_an_act(client, stranger):
    changes.with_app(stranger)
    RecoveryCodes.activate(stranger)
    client.force_login(stranger)
    page = reverse("mfa_generate_recovery_codes")
    changes.prove_password(client, page)
    before = acts(stranger)
    client.post(page)
    assert acts(stranger)[len(before) :] == [("accounts.recovery_codes_made", True, "page", {})]


def test_the_first_confirmation_of_an_address_is_an_act(client, reference):
    new = {"given_name": "N", "family_name": "A", "password1": "another long phrase 7"}
    client.post(reverse("account_signup"), {**new, "email": "fresh@example.org"})
    client.post(reverse("account_email_verification_sent"), {"code": code_in_last_mail("fresh@example.org")})
    person = User.objects.get(email="fresh@example.org")
    assert [verb for verb, *_rest in acts(person)] == ["accounts.address_confirmed"]


def test_connecting_and_disconnecting_orcid_are_acts_that_end_the_other_sessions(client, stranger, orcid):
    elsewhere = Client()
    for each in (client, elsewhere):
        factories.sign_in(each, stranger)
    connect_orcid(client, reverse("socialaccount_connections"))
    account = SocialAccount.objects.get(user=stranger)
    assert (changes.is_open(client), changes.is_open(elsewhere)) == (True, False)
    factories.sign_in(elsewhere, User.objects.get(pk=stranger.pk))
    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.exists()
    assert (changes.is_open(client), changes.is_open(elsewhere)) == (True, False)
    told = [(verb, detail) for verb, *_rest, detail in acts(stranger)]
    assert told == [
        ("accounts.sign_in_account_connected", {"provider": "orcid"}),
        ("accounts.sign_in_account_disconnected", {"provider": "orcid"}),
    ]


def test_an_act_is_undone_together_with_its_change(client, stranger, monkeypatch):
    """The entry is in the transaction of the change, so a fault leaves neither."""
    monkeypatch.setattr(RecoveryCodes, "activate", lambda user: 1 / 0)
    client.raise_request_exception = False
    client.force_login(stranger)
    page = reverse("mfa_activate_totp")
    changes.prove_password(client, page)
    secret = client.get(page).context["form"].secret
    assert client.post(page, {"code": changes.totp_code(secret)}).status_code == 500
    assert not Authenticator.objects.exists()
    assert acts(stranger) == []


def test_no_act_holds_an_address_or_a_code(client, stranger):
    factories.sign_in(client, stranger)
    changes.change_address(client)
    assert "@" not in str(acts(stranger))
