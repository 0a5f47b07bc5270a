"""Double clicks: a form that is sent twice acts once, and both answers lead to the same page."""

import threading
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory

from accounts.models import Region, User
from core import form_keys, once
from core.models import FormPost
from tests import factories


def post(person, key, path="/en/add/", **fields):
    request = RequestFactory().post(path, {form_keys.FIELD: key, **fields})
    request.user = person
    return request


def adds_a_region(request):
    number = Region.objects.count() + 1
    Region.objects.create(
        code=f"added-{uuid.uuid4().hex[:8]}", name_en="A", name_fr="A", name_es="A", order=number
    )
    return redirect(f"/en/added/{number}/")


def test_a_form_sent_twice_acts_once(stranger):
    view, key, before = once.acts_once(adds_a_region), form_keys.new_key(stranger.pk), Region.objects.count()
    first, second = view(post(stranger, key)), view(post(stranger, key))
    assert first["Location"] == second["Location"]
    assert Region.objects.count() == before + 1


def test_a_corrected_form_acts_though_its_key_was_used(stranger):
    view, key, before = once.acts_once(adds_a_region), form_keys.new_key(stranger.pk), Region.objects.count()
    typo = view(post(stranger, key, email="eva.typo@example.org"))
    corrected = view(post(stranger, key, email="eva@example.org"))
    assert Region.objects.count() == before + 2
    assert corrected["Location"] != typo["Location"]
    # A double click on the corrected form acts once. The first content acts when it comes again on purpose.
    assert view(post(stranger, key, email="eva@example.org"))["Location"] == corrected["Location"]
    assert Region.objects.count() == before + 2
    view(post(stranger, key, email="eva.typo@example.org"))
    assert Region.objects.count() == before + 3


def test_a_token_of_the_session_and_the_number_of_drafts_are_no_content(stranger):
    view, key = once.acts_once(adds_a_region), form_keys.new_key(stranger.pk)
    first = view(post(stranger, key, csrfmiddlewaretoken="a", _sequence="1"))
    assert view(post(stranger, key, csrfmiddlewaretoken="b", _sequence="2"))["Location"] == first["Location"]


def test_a_key_that_the_portal_did_not_sign_is_none(stranger, settings):
    key = form_keys.new_key(stranger.pk)
    assert form_keys.key_of(post(stranger, key)).person == stranger.pk
    forged = key.replace(f".{stranger.pk}.", f".{stranger.pk + 1}.")
    assert forged != key
    for wrong in (forged, str(uuid.uuid4()), "", key[:-1], ":".join(["x", *key.split(":")[1:]])):
        assert form_keys.key_of(post(stranger, wrong)) is None
    settings.SECRET_KEY = "another key of the portal"
    assert form_keys.key_of(post(stranger, key)) is None


def test_two_showings_of_a_form_act_twice(stranger):
    view, before = once.acts_once(adds_a_region), Region.objects.count()
    for key in (form_keys.new_key(stranger.pk), form_keys.new_key(stranger.pk), "", "not a key"):
        view(post(stranger, key))
    assert Region.objects.count() == before + 4


def test_a_form_that_came_back_with_errors_may_be_sent_again(stranger):
    answers = iter([HttpResponse("mend this"), redirect("/en/fine/")])
    view, key = once.acts_once(lambda request: next(answers)), form_keys.new_key(stranger.pk)
    assert view(post(stranger, key)).status_code == 200
    assert view(post(stranger, key))["Location"] == "/en/fine/"


def test_a_key_of_another_person_or_page_leads_nowhere(stranger):
    view, key, before = once.acts_once(adds_a_region), form_keys.new_key(stranger.pk), Region.objects.count()
    view(post(stranger, key))
    other = view(post(factories.make_person(), key))
    elsewhere = view(post(stranger, key, "/en/elsewhere/"))
    assert other["Location"] != elsewhere["Location"]
    assert Region.objects.count() == before + 3


def test_signed_out_posts_keep_no_key(reference):
    view = once.acts_once(lambda request: HttpResponse("fine"))
    assert view(post(AnonymousUser(), form_keys.new_key(None))).content == b"fine"
    assert not FormPost.objects.exists()


def race(view, person, key):
    """The view, posted by two threads at once, each in a transaction of its own."""
    barrier = threading.Barrier(2)
    places = []

    def click():
        try:
            with transaction.atomic():
                barrier.wait(5)
                places.append(view(post(User.objects.get(pk=person.pk), key))["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return places


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_act_once_and_without_the_key_they_act_twice(reference):
    person = factories.make_person()
    before = Region.objects.count()
    race(adds_a_region, person, form_keys.new_key(person.pk))
    assert Region.objects.count() == before + 2  # the control: this is what a double click does
    places = race(once.acts_once(adds_a_region), person, form_keys.new_key(person.pk))
    assert Region.objects.count() == before + 3
    assert len(places) == 2
    assert places[0] == places[1]
