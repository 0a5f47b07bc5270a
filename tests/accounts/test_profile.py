"""A person's own page."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import actions
from accounts.forms import ProfileForm
from accounts.models import User
from core import scope
from core.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
GIVEN = {
    "given_name": "Noor",
    "family_name": "Al-Hashimi",
    "language": "fr",
    "country": "JO",
    "institution": "Zoo",
}


@pytest.fixture
def url():
    return reverse("accounts:profile")


def test_profile_is_ones_own_and_asks_to_sign_in(client, url, stranger):
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert stranger.family_name in client.get(url).content.decode()


def test_saving_keeps_names_language_and_derives_region_and_search(client, url, stranger):
    client.force_login(stranger)
    assert client.post(url, GIVEN).status_code == 302
    stranger.refresh_from_db()
    assert (stranger.name, stranger.language, stranger.region_id) == ("Noor Al-Hashimi", "fr", "west-asia")
    assert stranger.search == "noor al-hashimi zoo"
    with scope.read_everywhere("checks"):
        entry = AuditEntry.objects.get(verb="accounts.profile_changed")
    assert entry.by == stranger
    assert "Noor" not in str(entry.detail)


# Another answer than a new person's own, for every field of the form.
ANSWERS = {
    "given_name": "Noor",
    "family_name": "Al-Hashimi",
    "country": "JO",
    "institution": "Zoo",
    "expertise": "Small cats",
    "orcid": "0000-0002-1825-0097",
    "language": "fr",
    "public_email": "seen@example.org",
    "share_contact": True,
}


def test_every_field_of_the_profile_form_is_stored(stranger):
    assert set(ProfileForm.base_fields) == set(ANSWERS)
    for name, answer in ANSWERS.items():
        assert getattr(stranger, name) != answer, name
    form = ProfileForm(ANSWERS, instance=User.objects.get(pk=stranger.pk), public_contact=True)
    assert form.is_valid(), form.errors
    actions.update_profile(person=stranger, by=stranger, **form.cleaned_data)
    after = User.objects.get(pk=stranger.pk)
    assert {name: getattr(after, name) for name in ANSWERS} == ANSWERS


def test_a_field_that_the_profile_does_not_know_is_refused(stranger):
    with pytest.raises(TypeError, match="email, nickname"):
        actions.update_profile(
            person=stranger, by=stranger, given_name="Noor", nickname="N", email="new@example.org"
        )
    assert User.objects.get(pk=stranger.pk).given_name == stranger.given_name


def test_a_country_is_named_in_the_readers_language():
    person = User(country="DE")
    with translation.override("en"):
        assert person.country_name == "Germany"
    with translation.override("fr"):
        assert person.country_name == "Allemagne"
    assert User().country_name == ""


def test_saving_the_same_again_leaves_no_second_trace(client, url, stranger):
    client.force_login(stranger)
    client.post(url, GIVEN)
    client.post(url, GIVEN)
    with scope.read_everywhere("checks"):
        assert AuditEntry.objects.filter(verb="accounts.profile_changed").count() == 1


def test_address_rights_and_other_people_are_out_of_reach(client, url, stranger, member):
    client.force_login(stranger)
    client.post(
        url, {**GIVEN, "email": "other@example.org", "is_superuser": "on", "is_staff": "on", "pk": member.pk}
    )
    after = User.objects.get(pk=stranger.pk)
    assert (after.email, after.is_superuser, after.is_staff) == (stranger.email, False, False)
    assert User.objects.get(pk=member.pk).given_name == member.given_name


def test_the_public_address_is_asked_of_leaders_and_coordinators_only(client, url, cast):
    for code, asked in (("LE", True), ("RL", True), ("DE", False), ("ME", False), ("AP", False)):
        client.force_login(cast[code])
        assert ("public_email" in client.get(url).content.decode()) is asked, code
        client.post(url, {**GIVEN, "public_email": "seen@example.org"})
        assert (User.objects.get(pk=cast[code].pk).public_email == "seen@example.org") is asked, code


def test_wrong_answers_are_told_and_what_was_typed_stays(client, url, stranger):
    client.force_login(stranger)
    answer = client.post(url, {**GIVEN, "family_name": "", "orcid": "12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in page
    assert "Enter the sixteen figures" in page
    assert 'value="12"' in page
    # The frame goes on naming the person as stored.
    assert User.objects.get(pk=stranger.pk).family_name == stranger.family_name
    assert f"<span>{stranger.name}</span>" in page


def test_hostile_names_are_inert(client, url, stranger):
    client.force_login(stranger)
    client.post(url, {**GIVEN, "given_name": "<script>x</script>"})
    assert b"<script>x" not in client.get(url).content


@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_a_name_that_is_an_address_is_refused(client, reference, field):
    person = factories.make_person("Inès", "Vauclair")
    client.force_login(person)
    answer = client.post(reverse("accounts:profile"), {**GIVEN, field: "see www.evil.example"})
    assert answer.status_code == 422
    assert "A name cannot contain a web or email address" in answer.content.decode()
    person.refresh_from_db()
    assert "evil" not in person.name


@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_an_account_with_an_address_as_its_name_is_refused(client, reference, field):
    new = {"given_name": "Inès", "family_name": "Vauclair", "email": "new@example.org"}
    answer = client.post(
        reverse("account_signup"), {**new, "password1": factories.PASSWORD, field: "http://evil.example"}
    )
    assert "A name cannot contain a web or email address" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
