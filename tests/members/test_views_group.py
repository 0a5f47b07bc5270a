"""Pages about members inside a group."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Region
from core import form_keys
from core.models import KeptText
from core.scope import group_scope
from groups.models import Quadrennium
from members import actions
from members.models import Handshake
from members.states import HandshakeState
from tests import factories
from tests.members.helpers import accept, acts, fresh, invite, mails, memberships, request


def url(name, group, *args):
    return reverse(f"members:{name}", args=[group.slug, *args])


def page(client, person, address, **data):
    client.force_login(person)
    return client.get(address, data)


def test_member_list_names_members_and_nobody_else(client, group, cast):
    outsider = cast.other["ME"]
    text = page(client, cast["ME"], url("member-list", group)).content.decode()
    assert escape(cast["LE"].listed_name) in text
    assert outsider.listed_name not in text


def test_member_list_shows_addresses_only_to_those_who_may_see_them(client, group, cast):
    sharing = factories.make_person("Noor", "Sharing", share_contact=True)
    factories.make_member(group, sharing)
    assert cast["TR"].email not in page(client, cast["ME"], url("member-list", group)).content.decode()
    detail = url("member-detail", group, memberships(group, cast["TR"])[0].pk)
    assert cast["TR"].email not in page(client, cast["ME"], detail).content.decode()
    assert cast["TR"].email in page(client, cast["LE"], url("member-list", group)).content.decode()
    shared = url("member-detail", group, memberships(group, sharing)[0].pk)
    assert sharing.email in page(client, cast["ME"], shared).content.decode()


def test_an_address_that_was_drawn_for_a_leader_is_not_shown_to_a_member(client, group, cast):
    address = url("member-list", group)
    assert cast["TR"].email in page(client, cast["LE"], address).content.decode()
    assert cast["TR"].email not in page(client, cast["ME"], address).content.decode()


def test_the_list_shows_what_is_so_now_however_often_it_was_drawn(client, group, cast):
    address = url("member-list", group)
    before = [page(client, cast["ME"], address).content.decode() for _twice in range(2)]
    assert not any("Sand cats" in text for text in before)
    cast["TR"].expertise = "Sand cats"
    cast["TR"].save()
    newcomer = factories.make_member(group, factories.make_person("Zora", "Zzyzx")).person
    now = page(client, cast["ME"], address).content.decode()
    assert "Sand cats" in now
    assert newcomer.listed_name in now
    assert f"{len(page(client, cast['ME'], address).context['members'])} people serve" in now


def test_what_one_search_was_drawn_with_does_not_stand_in_the_next(client, group, cast):
    address = url("member-list", group)
    assert 'value="caracal"' in page(client, cast["ME"], address, q="caracal").content.decode()
    assert 'value="serval"' in page(client, cast["ME"], address, q="serval").content.decode()
    assert 'value="caracal"' not in page(client, cast["ME"], address).content.decode()


def test_each_page_of_the_list_counts_all_members_of_the_group(client, group, cast):
    for _number in range(30):
        factories.make_member(group)
    first, second = (page(client, cast["ME"], url("member-list", group), page=n) for n in (1, 2))
    assert first.context["total"] == second.context["total"] > 30
    assert second.context["page"].paginator.count == first.context["page"].paginator.count
    shown = [row.pk for answer in (first, second) for row in answer.context["members"]]
    assert len(shown) == len(set(shown)) == first.context["total"]


def test_member_list_finds_without_accents_and_within_a_region(client, group, cast):
    region = Region.objects.first()
    ines = factories.make_person("Inès", "Vauclair", region=region)
    factories.make_member(group, ines)
    found = page(client, cast["ME"], url("member-list", group), q="ines", region=region.pk)
    assert [row.name for row in found.context["members"]] == [ines.listed_name]
    nobody = page(client, cast["ME"], url("member-list", group), q="zzz")
    assert nobody.context["members"] == []
    assert "Nobody fits" in nobody.content.decode()


def test_member_list_asks_the_database_as_often_for_three_members_as_for_thirty(
    client, group, cast, django_assert_num_queries
):
    client.force_login(cast["LE"])
    client.get(url("member-list", group))
    with CaptureQueriesContext(connection) as few:
        client.get(url("member-list", group))
    for number in range(30):
        factories.make_member(group)
        invite(group, cast["LE"], f"guest{number}@example.org")
    with CaptureQueriesContext(connection) as many:
        answer = client.get(url("member-list", group))
    assert len(few) == len(many)
    # The transaction of the test adds savepoints, which a real request has not.
    asked = [query for query in many if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
    assert len(answer.context["members"]) == 25
    assert isinstance(answer.context["page"].paginator, Paginator)


def test_a_member_sees_no_invitations_and_no_requests(client, group, cast, stranger):
    request(group, stranger)
    invite(group, cast["LE"])
    answer = page(client, cast["ME"], url("member-list", group), show="invited")
    assert "guest@example.org" not in answer.content.decode()
    assert answer.context["chips"] == []
    leaders = page(client, cast["LE"], url("member-list", group), show="invited").content.decode()
    assert "guest@example.org" in leaders


@pytest.mark.parametrize("show", ["asked", "invited", "prepared", "expired", "not-yet", "nonsense"])
def test_every_list_of_the_page_opens_even_when_empty(client, group, cast, show):
    assert page(client, cast["LE"], url("member-list", group), show=show).status_code == 200


def test_those_of_the_last_quadrennium_who_were_not_invited_are_named(client, group, cast):
    last = Quadrennium.objects.filter(ends_on__lt=Quadrennium.current().starts_on).last()
    missing, back = factories.make_person("Mei-Ling", "Hsu"), factories.make_person("Sigrid", "Aune")
    asked = factories.make_person("Paulo", "Quintanilha")
    for person in (missing, back, asked):
        factories.make_member(group, person, quadrennium=last)
    factories.make_member(group, back)
    invite(group, cast["LE"], asked.email)
    answer = page(client, cast["LE"], url("member-list", group), show="not-yet")
    renewal = answer.context["renewal"]
    assert (renewal.total, renewal.accepted, renewal.invited, renewal.missing) == (3, 1, 1, 1)
    assert [row["name"] for row in answer.context["former"]] == ["Hsu, Mei-Ling"]


def test_renewal_counts_each_person_of_the_last_quadrennium_once(client, group, cast):
    last = Quadrennium.objects.filter(ends_on__lt=Quadrennium.current().starts_on).last()
    leaving, again, twice, nobody = (
        factories.make_person(given, "Renewal") for given in ("Ana", "Ben", "Cho", "Dia")
    )
    for person in (leaving, again, twice, nobody):
        factories.make_member(group, person, quadrennium=last)
    # Found by the address alone, and by the person once the invitation knows who it was.
    actions.decline_invitation(handshake=invite(group, cast["LE"], leaving.email), by=leaving)
    actions.decline_invitation(handshake=invite(group, cast["LE"], twice.email), by=twice)
    invite(group, cast["LE"], twice.email)
    accept(invite(group, cast["LE"], again.email), again)
    invite(group, cast["LE"], "somebody.else@example.org")
    renewal = page(client, cast["LE"], url("member-list", group)).context["renewal"]
    assert (renewal.total, renewal.accepted, renewal.invited, renewal.leaving) == (4, 1, 1, 1)
    listed = page(client, cast["LE"], url("member-list", group), show="not-yet").context["former"]
    assert [row["name"] for row in listed] == [nobody.listed_name]


def test_a_leader_invites_by_the_form_and_a_double_click_sends_once(client, group, cast):
    client.force_login(cast["LE"])
    data = {
        "given_name": "Oyelaran",
        "family_name": "Adebayo",
        "email": "Guest@example.org",
        "language": "es",
        "message": "",
    }
    assert client.post(url("person-invite", group), data).status_code == 302
    client.post(url("person-invite", group), data)
    assert [(mail.to, mail.language) for mail in mails("invitation")] == [("guest@example.org", "es")]


def test_wrong_input_comes_back_with_what_was_typed(client, group, cast):
    client.force_login(cast["LE"])
    answer = client.post(
        url("person-invite", group), {"given_name": "Oyelaran", "email": "nonsense", "language": "en"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Error:" in text
    assert 'value="nonsense"' in text
    assert 'value="Oyelaran"' in text
    assert mails() == []


def test_a_corrected_invitation_is_sent_to_the_corrected_address_and_says_so(client, group, cast):
    """Sent with a typing error, stopped, corrected in the same form, sent again."""
    client.force_login(cast["LE"])
    form = {
        form_keys.FIELD: form_keys.new_key(cast["LE"].pk),
        "given_name": "Eva",
        "family_name": "Novak",
        "language": "en",
    }
    client.post(url("person-invite", group), {**form, "email": "eva.typo@example.org"})
    corrected = {**form, "email": "eva@example.org"}
    text = client.post(url("person-invite", group), corrected, follow=True).content.decode()
    assert "You also sent this form before, with other answers" in text
    assert [mail.to for mail in mails("invitation")] == ["eva.typo@example.org", "eva@example.org"]
    client.post(url("person-invite", group), corrected)  # a double click
    assert len(mails("invitation")) == 2


def test_a_word_for_a_request_that_was_answered_meanwhile_is_given_back(client, group, cast, stranger):
    handshake = request(group, stranger)
    actions.accept_request(handshake=handshake, by=cast["LE"], word="")
    colleague = factories.make_person()
    factories.appoint(group, colleague, "co_chair")
    client.force_login(colleague)
    typed = {
        form_keys.FIELD: form_keys.new_key(colleague.pk),
        form_keys.LABEL: "word:A word",
        "word": "We are full this year, dear colleague.",
    }
    answer = client.post(url("request-decline", group, handshake.pk), typed)
    assert answer.status_code >= 400
    assert "We are full this year, dear colleague." in answer.content.decode()
    assert KeptText.objects.get().person == colleague


def test_inviting_a_member_says_so_and_sends_nothing(client, group, cast):
    client.force_login(cast["LE"])
    data = {"given_name": "A", "family_name": "B", "email": cast["ME"].email, "language": "en"}
    answer = client.post(url("person-invite", group), data)
    assert answer.status_code == 409
    assert "is a member of" in answer.content.decode()
    assert mails() == []


def test_the_programme_officer_prepares_and_a_leader_sends(client, group, cast):
    client.force_login(cast["PO"])
    data = {"given_name": "A", "family_name": "B", "email": "guest@example.org", "language": "en"}
    client.post(url("person-invite", group), data)
    with group_scope(group):
        handshake = Handshake.objects.get()
    assert handshake.state == HandshakeState.PREPARED
    assert client.post(url("invitation-send", group, handshake.pk)).status_code == 403
    client.force_login(cast["LE"])
    client.post(url("invitation-send", group, handshake.pk))
    assert fresh(handshake).state == HandshakeState.INVITED


def test_an_invitation_is_withdrawn_and_readdressed_from_its_page(client, group, cast):
    handshake = invite(group, cast["LE"])
    client.force_login(cast["LE"])
    assert client.get(url("invitation-detail", group, handshake.pk)).status_code == 200
    wrong = client.post(url("invitation-readdress", group, handshake.pk), {"email": "x"})
    assert wrong.status_code == 422
    client.post(url("invitation-readdress", group, handshake.pk), {"email": "new@example.org"})
    assert fresh(handshake).email == "new@example.org"
    client.post(url("invitation-withdraw", group, handshake.pk))
    assert fresh(handshake).state == HandshakeState.WITHDRAWN


def test_a_leader_accepts_a_request_with_a_word(client, group, cast, stranger):
    handshake = request(group, stranger)
    text = page(client, cast["LE"], url("request-detail", group, handshake.pk)).content.decode()
    assert "I survey caracals." in text
    client.post(url("request-accept", group, handshake.pk), {"word": "Welcome"})
    assert len(memberships(group, stranger)) == 1


def test_declining_without_a_word_asks_for_one_and_keeps_the_request(client, group, cast, stranger):
    handshake = request(group, stranger)
    client.force_login(cast["LE"])
    answer = client.post(url("request-decline", group, handshake.pk), {"word": ""})
    assert answer.status_code == 409
    assert "Write a word" in answer.content.decode()
    assert fresh(handshake).state == HandshakeState.REQUESTED


def test_the_second_of_two_leaders_is_told_how_it_stands(client, group, cast, stranger):
    handshake = request(group, stranger)
    actions.decline_request(handshake=handshake, by=cast["CA"], word="Full.")
    client.force_login(cast["LE"])
    answer = client.post(url("request-accept", group, handshake.pk), {"word": "Welcome, dear colleague"})
    assert answer.status_code == 410
    text = answer.content.decode()
    assert "declined already" in text
    assert memberships(group, stranger) == []


def test_a_handshake_of_another_group_is_not_there(client, group, other_group, cast):
    foreign = invite(other_group, cast.other["LE"])
    client.force_login(cast["LE"])
    assert client.get(url("invitation-detail", group, foreign.pk)).status_code == 404
    assert client.post(url("invitation-withdraw", group, foreign.pk)).status_code == 404
    assert fresh(foreign).state == HandshakeState.INVITED


def test_ending_a_membership_from_the_page(client, group, cast, member):
    (membership,) = memberships(group, member)
    client.force_login(cast["LE"])
    assert client.post(url("member-end", group, membership.pk), {"reason": ""}).status_code == 422
    assert client.post(url("member-end", group, membership.pk), {"reason": "Moved on"}).status_code == 302
    assert memberships(group, member) == []


def test_export_holds_the_page_and_starts_no_formula(client, group, cast):
    evil = factories.make_person("=HYPERLINK(1)", "+SUM", institution="@cmd", email="evil@example.org")
    factories.make_member(group, evil)
    client.force_login(cast["LE"])
    answer = client.post(url("member-export", group))
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    listed = page(client, cast["LE"], url("member-list", group)).context["members"]
    assert len(rows) - 1 == len(listed)
    assert {row[2] for row in rows[1:]} == {row.contact for row in listed}
    (line,) = [row for row in rows if "SUM" in row[0]]
    assert (line[0], line[1], line[5]) == ("'+SUM", "'=HYPERLINK(1)", "'@cmd")
    assert len(acts("members.list_exported")) == 1


def test_a_personal_word_with_markup_is_inert(client, group, cast):
    handshake = invite(group, cast["LE"], message="<script>alert(1)</script>", given_name="<b>Bob</b>")
    text = page(client, cast["LE"], url("invitation-detail", group, handshake.pk)).content.decode()
    assert "<script>alert(1)" not in text
    assert "<b>Bob" not in text
    (mail,) = mails("invitation")
    assert "<script>" not in mail.html
    assert "<b>Bob" not in mail.html


def test_a_name_that_is_an_address_is_refused_and_stays_in_its_field(client, group, cast):
    client.force_login(cast["LE"])
    answer = client.post(
        reverse("members:person-invite", args=[group.slug]),
        {
            "given_name": "www.evil.example",
            "family_name": "Adebayo",
            "email": "guest@example.org",
            "language": "en",
        },
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A name cannot contain a web or email address" in page
    assert 'value="www.evil.example"' in page
    assert mails() == []
