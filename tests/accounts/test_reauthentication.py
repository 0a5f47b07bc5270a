"""Important acts ask the person to sign in again, and the person does not lose what they typed."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import actions, reauthentication
from core import form_keys, kept
from core.errors import DomainError
from core.mail import limits
from core.models import KeptText, OutgoingMail
from core.scope import group_scope
from groups.models import Appointment
from tests import factories
from tests.accounts.test_sign_in import LOGIN
from tests.members.helpers import acts
from tests.repository.world import SAMPLES

pytestmark = pytest.mark.django_db
LONG_AGO = 16 * 60


def held(group, office):
    with group_scope(group), transaction.atomic():
        return list(Appointment.objects.filter(office=office).order_by("pk"))


@pytest.fixture
def appointing(member, leader):
    """What a leader posts in the form that the portal gave to them."""
    given = {form_keys.FIELD: form_keys.new_key(leader.pk), form_keys.LABEL: "person:"}
    return {**given, "person": member.pk, "office": "focal_point", "topic": "planning"}


def appoint_url(group):
    return reverse("workspace:office-appoint", args=[group.slug])


def proof_page(response):
    """The page that an answer sends to, without its query."""
    assert response.status_code == 302, response.status_code
    return response["Location"].split("?")[0]


def test_a_sign_in_of_just_now_is_proof_enough(client, group, leader):
    client.post(LOGIN, {"login": leader.email, "password": factories.PASSWORD})
    assert client.get(appoint_url(group)).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["workspace:office-appoint", "groups:leadership-delegate", "groups:office-end", "members:member-end"],
)
def test_opening_the_form_of_an_office_asks_who_signed_in_long_ago(client, group, leader, cast, name):
    given = SAMPLES[name](group, cast) if name in SAMPLES else {}
    kwargs = {key: value for key, value in given.items() if not key.startswith("_")}
    url = reverse(name, kwargs={"group": group.slug, **kwargs})
    factories.sign_in(client, leader, ago=LONG_AGO)
    answer = client.get(url)
    assert proof_page(answer) == reverse("account_reauthenticate")
    # The page is the portal's, and the password leads back to the form.
    page = client.get(answer["Location"])
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page.content.decode()) == ["Confirm that it is you"]
    back = client.post(answer["Location"], {"password": factories.PASSWORD, "next": url})
    assert (back.status_code, back["Location"]) == (302, url)
    assert client.get(url).status_code == 200


def test_who_may_not_is_told_so_before_being_asked_for_anything(client, group, cast, stranger):
    factories.sign_in(client, cast["ME"], ago=LONG_AGO)
    assert client.get(appoint_url(group)).status_code == 403
    factories.sign_in(client, stranger, ago=LONG_AGO)
    assert client.get(appoint_url(group)).status_code == 404


def test_a_session_without_any_record_of_a_sign_in_is_asked(client, group, leader):
    Client.force_login(client, leader)
    assert client.get(appoint_url(group)).status_code == 302


def test_the_proof_of_another_person_in_the_same_browser_counts_for_nothing(client, group, leader, member):
    client.force_login(leader)
    factories.refresh(client, of=member)
    assert client.get(appoint_url(group)).status_code == 302


def test_a_post_after_the_time_ran_out_does_nothing_and_keeps_what_was_typed(
    client, group, leader, appointing
):
    factories.sign_in(client, leader, ago=LONG_AGO)
    url, before = appoint_url(group), held(group, "focal_point")
    answer = client.post(url, appointing)
    assert proof_page(answer) == reverse("account_reauthenticate")
    assert held(group, "focal_point") == before
    client.post(answer["Location"], {"password": factories.PASSWORD, "next": url})
    assert held(group, "focal_point") == before  # the proof alone does nothing
    page = client.get(url)
    assert page.status_code == 200
    assert "Nothing has been done yet" in page.content.decode()
    assert page.context["form"]["topic"].value() == "planning"
    assert str(page.context["form"]["person"].value()) == str(appointing["person"])
    # It is shown until the button is pressed, and acts then.
    assert client.get(url).context["form"]["topic"].value() == "planning"
    key = page.content.decode().split(f'name="{form_keys.FIELD}" value="')[1].split('"')[0]
    assert client.post(url, {**appointing, form_keys.FIELD: key}).status_code == 302
    assert len(held(group, "focal_point")) == len(before) + 1
    assert not client.get(url).context["form"].is_bound


def test_what_was_typed_is_shown_to_nobody_else_and_on_no_other_page(client, group, leader, appointing):
    factories.sign_in(client, leader, ago=LONG_AGO)
    client.post(appoint_url(group), {**appointing, "csrfmiddlewaretoken": "a token"})
    assert "a+token" not in KeptText.objects.get().fields
    factories.refresh(client)
    other = client.get(reverse("groups:leadership-delegate", args=[group.slug]))
    assert not other.context["form"].is_bound
    assert client.get(appoint_url(group)).context["form"].is_bound
    colleague = factories.make_person()
    factories.appoint(group, colleague, "co_chair")
    client.force_login(colleague)
    assert not client.get(appoint_url(group)).context["form"].is_bound


def test_a_text_longer_than_any_form_takes_is_not_kept(client, group, leader, appointing):
    factories.sign_in(client, leader, ago=LONG_AGO)
    client.post(appoint_url(group), {**appointing, "topic": "x" * (kept.LONGEST + 1)})
    assert not KeptText.objects.exists()


def test_the_export_of_contacts_asks_and_leads_back_to_the_list(client, group, leader):
    factories.sign_in(client, leader, ago=LONG_AGO)
    url = reverse("members:member-export", args=[group.slug])
    answer = client.post(url)
    assert proof_page(answer) == reverse("account_reauthenticate")
    assert "press the button again" in client.get(answer["Location"]).content.decode()
    listing = reverse("members:member-list", args=[group.slug])
    back = client.post(answer["Location"], {"password": factories.PASSWORD, "next": listing})
    assert back["Location"] == listing
    assert acts("members.list_exported") == []
    assert client.post(url)["Content-Type"].startswith("text/csv")


def signed_in_request(person, *, ago=0):
    """A request of a person whose sign-in allauth recorded that many seconds ago."""
    request = RequestFactory().get("/")
    request.user, request.session = person, SessionStore()
    record_authentication(request, person, method="password")
    for record in get_authentication_records(request, person):
        record["at"] -= ago
    return request


def test_a_sign_in_that_allauth_records_is_a_fresh_proof_for_as_many_seconds(leader, member, settings):
    """This fails when a new version of allauth records sign-ins in another way than we read them."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    before = time.time()
    request = signed_in_request(leader)
    after = time.time()
    assert reauthentication.recently_authenticated(request)
    (record,) = get_authentication_records(request, leader)
    assert before <= record["at"] <= after  # seconds since 1970, as time.time() counts them
    assert reauthentication.recently_authenticated(signed_in_request(leader, ago=895))
    assert not reauthentication.recently_authenticated(signed_in_request(leader, ago=905))
    # Control: nothing recorded, or recorded for another person, is no proof.
    request.session = SessionStore()
    assert not reauthentication.recently_authenticated(request)
    record_authentication(request, member, method="password")
    assert not reauthentication.recently_authenticated(request)


def test_a_real_sign_in_is_recorded_in_the_same_way(client, leader):
    client.post(LOGIN, {"login": leader.email, "password": factories.PASSWORD})
    request = RequestFactory().get("/")
    request.user, request.session = leader, client.session
    assert reauthentication.recently_authenticated(request)
    (real,) = get_authentication_records(request, leader)
    (ours,) = get_authentication_records(signed_in_request(leader), leader)
    assert {name: type(real[name]) for name in ours} == {name: type(value) for name, value in ours.items()}
    assert real["method"] == ours["method"] == "password"


def test_a_clock_that_steps_back_a_little_asks_nobody_twice(leader):
    def asked(age):
        return not reauthentication.recently_authenticated(signed_in_request(leader, ago=age))

    assert [asked(age) for age in (-3600, -30, 0, 890, 910)] == [True, False, False, False, True]


# ---------------------------------------------------------------- People with neither password nor second step


@pytest.fixture
def by_code_only(group):
    """A leader who signs in by emailed code and has nothing else."""
    person = factories.make_person("Code", "Only")
    person.set_unusable_password()
    person.save()
    factories.make_member(group, person)
    factories.appoint(group, person, "co_chair")
    return person


def last_code():
    mail = OutgoingMail.objects.filter(purpose="accounts.proof_code").latest("pk")
    return re.search(r"^([A-Z2-9]{8})$", mail.text, re.M).group(1)


def test_who_has_neither_password_nor_second_step_proves_by_emailed_code(client, group, by_code_only):
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    url = appoint_url(group)
    answer = client.get(url)
    assert proof_page(answer) == reverse("accounts:prove-again")
    assert by_code_only.email in client.get(answer["Location"]).content.decode()
    sent = client.post(answer["Location"], {"send": "1", "next": url})
    assert OutgoingMail.objects.get(purpose="accounts.proof_code").to == by_code_only.email
    assert "Code from the email" in client.get(sent["Location"]).content.decode()
    code = last_code()
    back = client.post(answer["Location"], {"code": f" {code[:4].lower()} {code[4:]} ", "next": url})
    assert (back.status_code, back["Location"]) == (302, url)
    assert client.get(url).status_code == 200


def test_the_code_keeps_the_session_and_what_was_typed(client, group, by_code_only, appointing):
    appointing[form_keys.FIELD] = form_keys.new_key(by_code_only.pk)
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    answer = client.post(appoint_url(group), appointing)
    client.post(answer["Location"], {"send": "1"})
    client.post(answer["Location"], {"code": last_code()})
    assert client.get(appoint_url(group)).context["form"]["topic"].value() == "planning"


def test_a_wrong_code_proves_nothing_and_five_end_it(client, group, by_code_only):
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    url = reverse("accounts:prove-again")
    client.post(url, {"send": "1"})
    right = last_code()
    wrong = "A" * 8 if right != "A" * 8 else "B" * 8
    assert [client.post(url, {"code": wrong}).status_code for _try in range(5)] == [422] * 5
    assert client.post(url, {"code": right}).status_code == 422
    assert client.get(appoint_url(group)).status_code == 302


def test_a_code_works_once_and_for_a_quarter_of_an_hour(client, group, by_code_only, settings):
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    url = reverse("accounts:prove-again")
    client.post(url, {"send": "1"})
    settings.CLOCK_SHIFT = timedelta(minutes=16)
    assert client.post(url, {"code": last_code()}).status_code == 422
    client.post(url, {"send": "1"})
    code = last_code()
    assert client.post(url, {"code": code}).status_code == 302
    assert client.post(url, {"code": code}).status_code == 422


def test_codes_are_limited_by_the_hour(by_code_only):
    for _number in range(limits.PROOF_CODES.count):
        actions.send_proof_code(person=by_code_only)
    with pytest.raises(DomainError, match="within the hour"):
        actions.send_proof_code(person=by_code_only)


def test_who_has_a_password_is_sent_to_it_and_gets_no_code(client, leader):
    factories.sign_in(client, leader, ago=LONG_AGO)
    url = reverse("accounts:prove-again")
    assert proof_page(client.get(url)) == reverse("account_reauthenticate")
    assert proof_page(client.post(url, {"send": "1"})) == reverse("account_reauthenticate")
    assert OutgoingMail.objects.filter(purpose="accounts.proof_code").count() == 0


def test_the_proof_leads_to_no_other_host(client, by_code_only):
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    url = reverse("accounts:prove-again")
    client.post(url, {"send": "1"})
    answer = client.post(url, {"code": last_code(), "next": "https://evil.example/"})
    assert answer["Location"] == reverse("workspace:task-list")


def test_a_key_or_an_app_is_proof_for_who_has_no_password(client, group, by_code_only):
    factories.give_second_factor(by_code_only)
    factories.sign_in(client, by_code_only, ago=LONG_AGO)
    assert proof_page(client.get(appoint_url(group))) == reverse("mfa_reauthenticate")
