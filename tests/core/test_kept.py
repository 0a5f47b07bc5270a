"""Kept texts: drafts in any order, what is never kept, how much and for how long."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.http import QueryDict
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from core import form_keys, kept, once, tasks
from core.models import FormPost, KeptReason, KeptText
from tests import factories

SAVE = "/en/kept/save/"


def draft(key, text, number, path="/en/profile/", **fields):
    """A save as the script sends it."""
    return {
        form_keys.FIELD: key,
        form_keys.SEQUENCE: str(number),
        form_keys.LABEL: "expertise:Expertise",
        form_keys.PATH: path,
        "expertise": text,
        "csrfmiddlewaretoken": "a",
        **fields,
    }


def text_of(person):
    """What is kept for the person, as one text each."""
    rows = KeptText.objects.filter(person=person).order_by("at")
    return [QueryDict(row.fields)["expertise"] for row in rows]


def posted(person, path, data):
    request = RequestFactory().post(path, data)
    request.user = person
    return request


# ---------------------------------------------------------------- Drafts


def test_a_later_draft_replaces_an_earlier_one(client, stranger):
    client.force_login(stranger)
    key = form_keys.new_key(stranger.pk)
    assert client.post(SAVE, draft(key, "First", 1)).status_code == 204
    assert client.post(SAVE, draft(key, "First and second", 2)).status_code == 204
    assert text_of(stranger) == ["First and second"]


@pytest.mark.parametrize("order", [[2, 1], [1, 2, 1], [2, 2, 1, 2], [1, 2, 2, 1]])
def test_late_doubled_and_reordered_drafts_never_replace_newer_text(client, stranger, order):
    key = form_keys.new_key(stranger.pk)
    for number in order:
        assert client.post(SAVE, draft(key, f"Text {number}", number)).status_code == 204
    assert text_of(stranger) == ["Text 2"]


def test_a_doubled_draft_with_another_text_is_the_late_one(client, stranger):
    key = form_keys.new_key(stranger.pk)
    client.post(SAVE, draft(key, "Newer", 2))
    client.post(SAVE, draft(key, "Older with the same number", 2))
    assert text_of(stranger) == ["Newer"]


def test_two_tabs_do_not_replace_each_other(client, stranger):
    client.force_login(stranger)
    for text in ("In one tab", "In another tab"):
        client.post(SAVE, draft(form_keys.new_key(stranger.pk), text, 1))
    assert sorted(text_of(stranger)) == ["In another tab", "In one tab"]


def test_a_draft_that_comes_after_the_form_was_sent_is_too_late(client, stranger):
    client.force_login(stranger)
    key = form_keys.new_key(stranger.pk)
    client.post(SAVE, draft(key, "Lynx", 1))
    answers = {"given_name": "Noor", "family_name": "Al-Hashimi", "language": "en", "country": "JO"}
    sent = client.post("/en/profile/", {**draft(key, "Lynx and caracal", 2), **answers})
    assert sent.status_code == 302
    assert text_of(stranger) == []
    client.post(SAVE, draft(key, "Lynx and", 2))
    assert text_of(stranger) == []
    # The person pressed Stop and goes on typing in the same form: that is newer.
    client.post(SAVE, draft(key, "Lynx, caracal and serval", 3))
    assert text_of(stranger) == ["Lynx, caracal and serval"]


def test_the_number_lives_as_long_as_the_form_comes_back_with_errors(client, stranger):
    client.force_login(stranger)
    key = form_keys.new_key(stranger.pk)
    page = client.post("/en/profile/", {**draft(key, "Lynx", 7), "orcid": "wrong"})
    assert page.status_code == 422
    assert f'name="{form_keys.FIELD}" value="{key}"' in page.content.decode()
    assert f'name="{form_keys.SEQUENCE}" value="7"' in page.content.decode()


def test_an_emptied_form_has_no_draft(client, stranger):
    client.force_login(stranger)
    key = form_keys.new_key(stranger.pk)
    client.post(SAVE, draft(key, "Lynx", 1))
    client.post(SAVE, draft(key, "  ", 2))
    assert text_of(stranger) == []
    client.post(SAVE, draft(key, "Lynx", 1))
    assert text_of(stranger) == []


def test_a_draft_is_saved_after_the_session_has_ended_and_shown_after_the_next_sign_in(stranger):
    assert (
        Client(enforce_csrf_checks=True)
        .post(SAVE, draft(form_keys.new_key(stranger.pk), "Lynx", 1))
        .status_code
        == 204
    )
    elsewhere = Client()
    factories.sign_in(elsewhere, stranger)
    page = elsewhere.get("/fr/profile/")  # in another browser and another language
    assert page.context["form"]["expertise"].value() == "Lynx"


def test_a_form_that_began_with_a_kept_text_replaces_it(client, stranger):
    client.force_login(stranger)
    client.post(SAVE, draft(form_keys.new_key(stranger.pk), "Monday", 1))
    first = KeptText.objects.get()
    page = client.get("/en/profile/").content.decode()
    key = page.split(f'name="{form_keys.FIELD}" value="')[1].split('"')[0]
    client.post(SAVE, draft(key, "Monday and Tuesday", 1))
    assert text_of(stranger) == ["Monday and Tuesday"]
    assert KeptText.objects.get().form != first.form
    answers = {"given_name": "Noor", "family_name": "Al-Hashimi", "language": "en", "country": "JO"}
    client.post("/en/profile/", {**draft(key, "Monday and Tuesday", 1), **answers})
    assert text_of(stranger) == []
    assert not client.get("/en/profile/").context["form"].is_bound


@pytest.mark.parametrize(
    "wrong",
    [
        {form_keys.FIELD: ""},
        {form_keys.FIELD: "forged"},
        {form_keys.PATH: "https://elsewhere.example/"},
        {form_keys.PATH: "/en/no/such/page/"},
        {"expertise": "é" * 100_000},
    ],
)
def test_a_draft_without_a_form_of_the_portal_is_refused(client, stranger, wrong):
    client.force_login(stranger)
    data = {**draft(form_keys.new_key(stranger.pk), "Lynx", 1), **wrong}
    assert client.post(SAVE, data).status_code == 400
    assert not KeptText.objects.exists()


def test_a_closed_account_gets_no_draft(client, stranger):
    key = form_keys.new_key(stranger.pk)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    client.post(SAVE, draft(key, "Lynx", 1))
    client.post(SAVE, draft(form_keys.new_key(stranger.pk + 1000), "Lynx", 1))
    assert not KeptText.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_races_with_the_button_leaves_nothing_behind(reference):
    """The draft arrives while the post is being carried out; without the lock it would come back tomorrow."""
    person = factories.make_person()
    key = form_keys.new_key(person.pk)
    post_has_begun, draft_is_sent = threading.Event(), threading.Event()

    def slow_view(request):
        post_has_begun.set()
        draft_is_sent.wait(5)
        return redirect("/en/fine/")

    def press():
        try:
            with transaction.atomic():
                data = draft(key, "Whole", 3)
                once.acts_once(slow_view, saves=True)(
                    posted(User.objects.get(pk=person.pk), "/en/profile/", data)
                )
        finally:
            connection.close()

    def save():
        try:
            post_has_begun.wait(5)
            threading.Timer(0.5, draft_is_sent.set).start()
            kept.save_draft(posted(AnonymousUser(), SAVE, draft(key, "Half", 3)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (press, save)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert text_of(person) == []
    # The control: the same draft for a form that was not sent is kept.
    kept.save_draft(posted(AnonymousUser(), SAVE, draft(form_keys.new_key(person.pk), "Half", 3)))
    assert text_of(person) == ["Half"]


# ---------------------------------------------------------------- What is never kept


def test_passwords_codes_tokens_and_keys_are_never_kept(stranger):
    data = {**draft(form_keys.new_key(stranger.pk), "Lynx", 1), "password": "hidden", "code": "ABCDEFGH"}
    row = kept.keep(posted(stranger, "/en/profile/", data), KeptReason.SIGNED_OUT)
    assert set(QueryDict(row.fields)) == {"expertise", form_keys.LABEL}


def test_an_address_that_opens_something_by_itself_is_not_written_down(stranger):
    path = reverse("members:invitation", args=["the-secret-of-a-link"])
    data = draft(form_keys.new_key(stranger.pk), "Lynx", 1)
    assert kept.keep(posted(stranger, path, data), KeptReason.SIGNED_OUT) is None
    with pytest.raises(BadRequest):
        kept.save_draft(posted(stranger, SAVE, {**data, form_keys.PATH: path, form_keys.SEQUENCE: "2"}))
    assert not KeptText.objects.exists()


def test_a_post_that_was_carried_out_is_not_kept_when_it_comes_again(stranger):
    data = draft(form_keys.new_key(stranger.pk), "Lynx", 0)
    once.acts_once(lambda request: redirect("/en/fine/"), saves=True)(posted(stranger, "/en/profile/", data))
    assert kept.keep(posted(stranger, "/en/profile/", data), KeptReason.SIGNED_OUT) is None
    other = {**data, "expertise": "Lynx and caracal"}
    assert kept.keep(posted(stranger, "/en/profile/", other), KeptReason.SIGNED_OUT) is not None


def test_a_form_without_an_entry_is_not_kept(stranger):
    data = {
        form_keys.FIELD: form_keys.new_key(stranger.pk),
        "version": "3",
        form_keys.LABEL: "expertise:Expertise",
    }
    assert kept.keep(posted(stranger, "/en/profile/", data), KeptReason.SIGNED_OUT) is None


# ---------------------------------------------------------------- How much, for how long, for whom


def test_a_person_has_forty_kept_texts_at_most_and_the_newest_stay(stranger, settings):
    for number in range(kept.MOST_PER_PERSON + 3):
        settings.CLOCK_SHIFT = timedelta(minutes=number)
        data = draft(form_keys.new_key(stranger.pk), f"Text {number}", 1)
        kept.keep(posted(stranger, "/en/profile/", data), KeptReason.REFUSED)
    assert text_of(stranger) == [f"Text {number}" for number in range(3, kept.MOST_PER_PERSON + 3)]


def test_kept_texts_are_forgotten_after_thirty_days(stranger, settings):
    key = form_keys.new_key(stranger.pk)
    kept.keep(posted(stranger, "/en/profile/", draft(key, "Lynx", 1)), KeptReason.REFUSED)
    settings.CLOCK_SHIFT = timedelta(days=29)
    tasks.forget_old_forms()
    assert text_of(stranger) == ["Lynx"]
    settings.CLOCK_SHIFT = timedelta(days=31)
    tasks.forget_old_forms()
    assert text_of(stranger) == []
    assert not FormPost.objects.exists()


def test_kept_texts_end_with_the_account(reference):
    person = factories.make_person()
    kept.keep(
        posted(person, "/en/profile/", draft(form_keys.new_key(person.pk), "Lynx", 1)), KeptReason.REFUSED
    )
    assert text_of(person) == ["Lynx"]
    User.objects.filter(pk=person.pk).delete()
    assert not KeptText.objects.exists()


def test_the_page_of_kept_texts_lists_only_the_persons_own(client, stranger, leader):
    for person, text in ((stranger, "Lynx in the Atlas"), (leader, "Caracal in Oman")):
        data = draft(form_keys.new_key(person.pk), text, 1)
        kept.keep(posted(person, "/en/profile/", data), KeptReason.SIGNED_OUT)
    client.force_login(stranger)
    page = client.get(reverse("core:kept-list")).content.decode()
    assert "Lynx in the Atlas" in page
    assert "You were signed out" in page
    assert "Caracal" not in page
    row = KeptText.objects.get(person=stranger)
    one = client.get(reverse("core:kept-text", args=[row.pk])).content.decode()
    assert 'href="/en/profile/"' in one
    assert client.post(reverse("core:kept-text", args=[row.pk])).status_code == 302
    assert text_of(stranger) == []
    foreign = KeptText.objects.get(person=leader)
    assert client.post(reverse("core:kept-text", args=[foreign.pk])).status_code == 404
    assert text_of(leader) == ["Caracal in Oman"]


def test_a_place_that_is_gone_leads_to_the_kept_texts():
    assert kept.page_of(f"/no/such/{uuid.uuid4()}/") == reverse("core:kept-list")
