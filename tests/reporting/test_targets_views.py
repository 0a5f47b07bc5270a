"""The pages of targets and progress."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, form_keys
from reporting.models import Progress, Target, TargetSet
from reporting.states import ReportState, TargetSetState
from tests.reporting import sets
from tests.reporting.samples import ANSWERS

pytestmark = pytest.mark.django_db

YEARS = [2026, 2029]


def page(client, person, name, *args):
    client.force_login(person)
    return client.get(reverse(name, args=args))


def send(client, person, name, args, **data):
    client.force_login(person)
    return client.post(reverse(name, args=args), data)


def text_of(response):
    """The words of a page, without marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def target_set(group):
    return sets.make_set(group)


@pytest.fixture
def target(target_set):
    return sets.make_target(target_set, 1)


@pytest.fixture
def agreed(group, cast):
    return sets.make_agreed_set(group, cast["LE"], cast["CS"])


def test_the_short_address_leads_to_the_period_that_holds(client, group, member):
    answer = page(client, member, "reporting:target-list-current", group.slug)
    assert answer["Location"] == reverse("reporting:target-list", args=[group.slug, *YEARS])


def test_an_unknown_period_does_not_exist(client, group, member):
    assert page(client, member, "reporting:target-list", group.slug, 2026, 2028).status_code == 404


def test_an_empty_period_invites_those_who_write(client, group, cast):
    words = {
        code: text_of(page(client, cast[code], "reporting:target-list", group.slug, *YEARS))
        for code in ("LE", "ME")
    }
    assert all("No targets yet" in one for one in words.values())
    assert "Add the first target" in words["LE"]
    assert "Add" not in words["ME"].split("No targets yet")[1]


def test_a_period_that_is_over_takes_no_targets(client, group, leader):
    words = text_of(page(client, leader, "reporting:target-list", group.slug, 2021, 2025))
    assert "No targets for 2021–2025" in words
    assert "Add the first target" not in words
    answer = send(client, leader, "reporting:target-add", [group.slug, 2021, 2025], **ANSWERS)
    assert answer.status_code == 409
    assert "The quadrennium 2021–2025 is over" in text_of(answer)


def test_a_target_is_added_from_the_form_and_stands_in_the_list(client, group, cast):
    answer = send(client, cast["PO"], "reporting:target-add", [group.slug, *YEARS], **ANSWERS)
    assert answer["Location"] == reverse("reporting:target-list", args=[group.slug, *YEARS])
    words = text_of(client.get(answer["Location"]))
    assert "T-001 is added." in words
    assert "T-001 Reassess 12 species 12" in words


def test_a_form_sent_twice_adds_one_target(client, group, leader):
    data = {**ANSWERS, form_keys.FIELD: form_keys.new_key(leader.pk)}
    first = send(client, leader, "reporting:target-add", [group.slug, *YEARS], **data)
    second = send(client, leader, "reporting:target-add", [group.slug, *YEARS], **data)
    assert first["Location"] == second["Location"]
    with sets.inside(group):
        assert Target.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"due_year": "2019"}, "Choose a year of the quadrennium"),
        ({"due_year": ""}, "Choose the year by which the target is due"),
        ({"pair": "act:red-list"}, "Choose a sub-category of the list"),
        ({"quantity": "-1"}, "Enter a number of 0 or more"),
        ({"quantity": "many"}, "Enter a number, such as 12"),
        ({"text": " "}, "Enter the target in one sentence"),
    ],
)
def test_wrong_input_is_kept_and_says_how_to_put_it_right(client, group, leader, wrong, sentence):
    answer = send(
        client,
        leader,
        "reporting:target-add",
        [group.slug, *YEARS],
        **{**ANSWERS, "baseline": "Kept words", **wrong},
    )
    body = answer.content.decode()
    assert sentence in text_of(answer)
    assert 'value="Kept words"' in body
    assert "<title>Error:" in body
    with sets.inside(group):
        assert not Target.objects.exists()


def test_a_due_year_that_is_over_is_refused_at_the_field(client, group, leader, settings):
    settings.CLOCK_SHIFT = timedelta(days=365)
    answer = send(
        client, leader, "reporting:target-add", [group.slug, *YEARS], **{**ANSWERS, "due_year": "2026"}
    )
    assert "2026 is over. Choose 2027 or a later year." in text_of(answer)


def test_the_second_editor_sees_both_texts_and_may_save_then(client, group, cast, target):
    args = [group.slug, target.pk]
    assert (
        send(
            client, cast["LE"], "reporting:target-edit", args, **{**ANSWERS, "text": "The chair’s words"}
        ).status_code
        == 302
    )
    answer = send(
        client, cast["PO"], "reporting:target-edit", args, **{**ANSWERS, "text": "The officer’s words"}
    )
    words = text_of(answer)
    assert answer.status_code == 409
    assert "The chair’s words The officer’s words" in words
    assert 'name="version" value="2"' in answer.content.decode()
    again = send(
        client,
        cast["PO"],
        "reporting:target-edit",
        args,
        **{**ANSWERS, "text": "Put together", "version": "2"},
    )
    assert again.status_code == 302
    with sets.inside(group):
        assert Target.objects.get().text == "Put together"


def test_a_leader_checks_and_sends_and_the_office_agrees(client, group, cast, target):
    address = [group.slug, *YEARS]
    assert "Send your target for 2026–2029" in text_of(
        page(client, cast["LE"], "reporting:target-send", *address)
    )
    send(client, cast["LE"], "reporting:target-send", address, version="1")
    assert "Answer on the targets" not in text_of(page(client, cast["LE"], "reporting:target-list", *address))
    review = page(client, cast["NS"], "reporting:target-review", *address)
    assert target.text in text_of(review)
    version = re.search(r'name="version" value="(\d+)"', review.content.decode()).group(1)
    answer = send(
        client, cast["NS"], "reporting:target-review", address, outcome="agree", word="", version=version
    )
    assert answer.status_code == 302
    with sets.inside(group):
        assert TargetSet.objects.get().state == TargetSetState.AGREED
    assert page(client, cast["LE"], "reporting:target-edit", group.slug, target.pk).status_code == 302


def test_sending_back_asks_for_a_word_that_the_group_reads(client, group, cast, target):
    address = [group.slug, *YEARS]
    send(client, cast["LE"], "reporting:target-send", address, version="1")
    data = {"outcome": "return", "version": "2"}
    assert "Tell the leaders what should change" in text_of(
        send(client, cast["CA"], "reporting:target-review", address, word="", **data)
    )
    send(client, cast["CA"], "reporting:target-review", address, word="<i>Name</i> the species", **data)
    body = page(client, cast["LE"], "reporting:target-list", *address).content.decode()
    assert "&lt;i&gt;Name&lt;/i&gt; the species" in body


def test_a_decision_about_an_older_version_is_refused_with_the_page(client, group, cast, target):
    address = [group.slug, *YEARS]
    send(client, cast["LE"], "reporting:target-send", address, version="1")
    answer = send(
        client, cast["CA"], "reporting:target-review", address, outcome="agree", word="", version="1"
    )
    assert answer.status_code == 409
    assert "The group sent a newer version" in text_of(answer)
    with sets.inside(group):
        assert TargetSet.objects.get().state == TargetSetState.SUBMITTED


def test_whoever_may_not_decide_is_told_why(client, group, cast, target_set):
    send(client, cast["NS"], "reporting:target-add", [group.slug, *YEARS], **ANSWERS)
    with sets.inside(group):
        TargetSet.objects.update(state="submitted", submitted_by=cast["LE"], submitted_at=clock.now())
    words = text_of(page(client, cast["NS"], "reporting:target-review", group.slug, *YEARS))
    assert "You changed these targets yourself." in words
    assert "Send my answer" not in words


def test_progress_is_recorded_and_the_next_target_opens(client, group, cast, agreed):
    first, second = sets.make_target(agreed, 1), sets.make_target(agreed, 2, text="Second")
    data = {"status": "on-track", "quantity": "3", "text": "Three done", "version": "0"}
    answer = send(
        client, cast["RL"], "reporting:progress-edit", [group.slug, first.pk, 2026], next="1", **data
    )
    assert answer["Location"] == reverse("reporting:progress-edit", args=[group.slug, second.pk, 2026])
    words = text_of(page(client, cast["ME"], "reporting:target-list", group.slug, *YEARS))
    assert "3 of 12" in words
    detail = text_of(page(client, cast["ME"], "reporting:target-detail", group.slug, first.pk))
    assert "Three done" in detail
    assert "added the target." in detail


def test_the_second_recorder_sees_both_texts(client, group, cast, agreed):
    target = sets.make_target(agreed, 1)
    args = [group.slug, target.pk, 2026]
    data = {"status": "on-track", "quantity": "3", "version": "0"}
    send(client, cast["LE"], "reporting:progress-edit", args, text="The chair’s words", **data)
    answer = send(client, cast["PO"], "reporting:progress-edit", args, text="The officer’s words", **data)
    assert answer.status_code == 409
    assert "The chair’s words The officer’s words" in text_of(answer)
    data["version"] = re.search(r'name="version" value="(\d+)"', answer.content.decode()).group(1)
    assert send(client, cast["PO"], "reporting:progress-edit", args, text="Both", **data).status_code == 302
    history = text_of(page(client, cast["LE"], "reporting:progress-edit", *args))
    assert f"{cast['PO'].name} changed the progress." in history
    assert f"{cast['LE'].name} recorded progress." in history


def test_progress_of_an_accepted_report_is_locked_with_its_reason(client, group, cast, agreed):
    target = sets.make_target(agreed, 1)
    sets.make_report(group, cast["LE"], cast["CS"], state=ReportState.ACCEPTED)
    answer = send(
        client,
        cast["LE"],
        "reporting:progress-edit",
        [group.slug, target.pk, 2026],
        status="achieved",
        version="0",
    )
    assert answer.status_code == 409
    assert "The 2026 report is accepted and published" in text_of(answer)
    with sets.inside(group):
        assert not Progress.objects.exists()


def test_hostile_text_is_inert_on_every_page(client, group, cast, agreed):
    target = sets.make_target(agreed, 1, text="<script>alert(1)</script>", indicator="{{ 7|add:7 }}")
    sets.make_progress(target, cast["LE"], text="<img src=x onerror=alert(1)>")
    for name, args in (
        ("target-list", YEARS),
        ("target-detail", [target.pk]),
        ("progress-edit", [target.pk, 2026]),
        ("target-review", YEARS),
        ("target-public", []),
    ):
        person = cast["NS"] if name == "target-review" else cast["LE"]
        body = page(client, person, f"reporting:{name}", group.slug, *args).content.decode()
        assert "<script>alert" not in body, name
        assert "<img src=x" not in body, name
        assert "&lt;script&gt;alert" in body, name


def test_the_public_page_shows_agreed_targets_without_progress_texts(client, group, cast, agreed):
    target = sets.make_target(agreed, 1)
    sets.make_progress(target, cast["LE"], text="Not for everybody", quantity=Decimal(7))
    body = client.get(reverse("reporting:target-public", args=[group.slug])).content.decode()
    assert target.text in body
    assert "Not for everybody" not in body
    assert "No accepted report yet" in body
    assert client.get(reverse("workspace:group-detail", args=[group.slug])).status_code == 200


def test_the_export_is_a_download_for_those_who_may_read(client, group, cast, stranger, target):
    answer = page(client, cast["ME"], "reporting:target-export", group.slug, *YEARS)
    assert answer["Content-Disposition"] == 'attachment; filename="targets-cat-2026-2029.csv"'
    assert target.text in answer.content.decode()
    assert page(client, stranger, "reporting:target-export", group.slug, *YEARS).status_code == 404


def test_targets_of_another_group_do_not_exist_here(client, group, other_group, cast):
    foreign = sets.make_target(sets.make_set(other_group), 1)
    for name in ("target-detail", "target-edit", "target-drop"):
        assert page(client, cast["LE"], f"reporting:{name}", group.slug, foreign.pk).status_code == 404
    assert (
        page(client, cast["LE"], "reporting:progress-edit", group.slug, foreign.pk, 2026).status_code == 404
    )


def asked_by(client, url):
    """The queries of one page, without the marks of transactions."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return [
        one["sql"] for one in asked.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("reporting:target-list", 12),
        ("reporting:target-export", 12),
        ("reporting:target-public", 12),
        ("workspace:group-detail", 12),
    ],
)
def test_pages_ask_the_database_as_often_for_many_targets_as_for_few(client, group, cast, agreed, name, most):
    args = (
        [group.slug, *YEARS] if name in ("reporting:target-list", "reporting:target-export") else [group.slug]
    )
    counts = []
    pairs = sets.pairs()
    client.force_login(cast["LE"])
    for numbers in (range(1, 4), range(4, 31)):
        for number in numbers:
            component, subcategory = pairs[number % len(pairs)]
            target = sets.make_target(agreed, number, component=component, subcategory=subcategory)
            if number % 2:
                sets.make_progress(target, cast["PO"], quantity=Decimal(2))
        asked_by(client, reverse(name, args=args))
        counts.append(asked_by(client, reverse(name, args=args)))
    assert len(counts[0]) == len(counts[1])
    assert len(counts[1]) <= most, counts[1]


@pytest.mark.parametrize(
    ("status", "quantity", "question"),
    [
        ("achieved", "0", "You chose “Achieved” and entered 0 of 12."),
        ("achieved", "", "You chose “Achieved” and entered no figure; 12 were planned."),
        ("on-track", "1.5", "You entered 1.5, and the planned 12 is a whole number."),
    ],
)
def test_a_status_that_does_not_fit_its_figure_is_asked_about_once(
    client, group, cast, agreed, status, quantity, question
):
    target = sets.make_target(agreed, 1)
    args = [group.slug, target.pk, 2026]
    data = {"status": status, "quantity": quantity, "text": "In Bhutan", "version": "0"}
    asked = send(client, cast["LE"], "reporting:progress-edit", args, **data)
    assert question in text_of(asked)
    assert ("In Bhutan" in asked.content.decode(), 'name="sure"' in asked.content.decode()) == (True, True)
    with sets.inside(group):
        assert not Progress.objects.exists()
    assert send(client, cast["LE"], "reporting:progress-edit", args, sure="on", **data).status_code == 302
    with sets.inside(group):
        assert Progress.objects.get().status_id == status


@pytest.mark.parametrize(
    ("status", "quantity"), [("achieved", "12"), ("achieved", "13"), ("behind", "0"), ("on-track", "4")]
)
def test_a_status_that_fits_its_figure_is_saved_without_a_question(
    client, group, cast, agreed, status, quantity
):
    target = sets.make_target(agreed, 1)
    data = {"status": status, "quantity": quantity, "version": "0"}
    saved = send(
        client, cast["LE"], "reporting:progress-edit", [group.slug, target.pk, 2026], text="", **data
    )
    assert saved.status_code == 302
