"""The published report: page, PDF and table of figures agree, and drawing them sends no request to other hosts."""

import csv
import io
import json
import re
import socket
import subprocess
import threading
import time
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import charts, pdf
from reporting.publication import snapshot
from reporting.publication.document import Publication, in_order
from reporting.publication.pdf import report_html
from reporting.review.changes import word_changes
from tests.reporting import sets, written
from tests.reporting.written import YEAR

HOSTILE = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script><link rel=attachment href="file:///etc/hostname">'


def text_of(content: bytes) -> str:
    """The words of a PDF, read by another program than the one that made it."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def info_of(content: bytes) -> str:
    done = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture
def published(group, cast):
    """A report with targets of every fate, accepted."""
    target_set = sets.make_agreed_set(group, cast["LE"], cast["CA"])
    for number, (status, reached) in enumerate([("achieved", 12), ("behind", 2), ("on-track", 7)], 1):
        target = sets.make_target(target_set, number, text=f"Reassess group {number} of the cats")
        sets.make_progress(target, cast["RL"], status=status, quantity=reached)
    sets.make_target(target_set, 4, text="=1+1 lynx", component="act", subcategory="technical-advice")
    return written.publish(
        group, cast["LE"], cast["CA"], summary="The first words.\n\nThe second words.", act=HOSTILE
    )


@pytest.mark.django_db
def test_page_pdf_and_table_carry_the_same_figures(group, published):
    def address(name):
        return reverse(f"reporting:{name}", args=[group.slug, YEAR])

    client = Client()
    page = client.get(address("published-detail"))
    publication = page.context["publication"]
    rows = list(
        csv.DictReader(io.StringIO(client.get(address("published-figures")).content.decode("utf-8-sig")))
    )
    printed = client.get(address("published-pdf"))
    words = text_of(printed.content)
    shown = page.content.decode()

    assert [(row["Code"], row["Planned"], row[f"Reached by {YEAR}"], row["State"]) for row in rows] == [
        ("T-001", "12.00", "12.00", "Achieved"),
        ("T-002", "12.00", "2.00", "Behind"),
        ("T-003", "12.00", "7.00", "On track"),
        ("T-004", "12.00", "", "No entry"),
    ]
    assert rows[3]["Target"].startswith("'=")  # no spreadsheet takes it for a formula
    assert publication.achieved == sum(row["State"] == "Achieved" for row in rows) == 1
    assert publication.total == len(rows) == 4
    for line in publication.targets:
        assert re.search(
            rf"{line.code} .*{line.planned}\s+{line.before}\s+{line.reached}\s+{line.status_name}", words
        )
        assert f"{line.code} {line.text}" in shown.replace("&#x27;", "'")
    for value, _label in publication.figures:
        assert value in words
        assert f"<b>{value}</b>" in shown
    assert "1 of 4 targets are achieved." in words
    assert "1 of 4 targets are achieved." in shown


@pytest.mark.django_db
def test_pdf_is_tagged_has_a_title_and_lays_its_own_letters_in(group, published):
    response = Client().get(reverse("reporting:published-pdf", args=[group.slug, YEAR]))
    about = info_of(response.content)
    assert re.search(r"Tagged:\s+yes", about)
    assert re.search(rf"Title:\s+{group.name}, Annual report {YEAR}", about)
    assert response["Content-Disposition"] == f'attachment; filename="cat-annual-report-{YEAR}-en.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    words = text_of(response.content)
    assert "One stroke for each of the 8 members" in words
    assert "alert(1)" in words  # hostile text is there, as text


@pytest.mark.django_db
def test_a_second_request_takes_the_pdf_from_the_cache(group, published, monkeypatch):
    url = reverse("reporting:published-pdf", args=[group.slug, YEAR])
    first = Client().get(url).content

    def never(given):
        raise AssertionError("drawn again")

    monkeypatch.setattr(pdf, "_run", never)
    assert Client().get(url).content == first


@pytest.mark.django_db
def test_without_the_engine_the_page_says_so_plainly(group, published, monkeypatch):
    monkeypatch.setattr(pdf.sys, "executable", "/bin/false")
    response = Client().get(reverse("reporting:published-pdf", args=[group.slug, YEAR]))
    assert response.status_code == 503
    assert "The page holds the same content." in response.content.decode()


def test_when_all_places_stay_taken_people_wait_a_little_and_are_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(pdf, "PATIENCE", 0.5)
    for number in range(pdf.AT_ONCE):
        cache.set(f"pdf-slot:{number}", 1, 5)
    began = time.monotonic()
    with pytest.raises(pdf.PdfUnavailable) as refused:
        pdf.draw("<p>anything</p>")
    assert refused.value.status == 503
    assert 0.5 <= time.monotonic() - began < 2
    assert cache.get("pdf-wait:0") is None  # the place in the queue is free again


def test_when_too_many_people_wait_the_next_person_is_asked_to_come_back_at_once():
    for kind, places in (("slot", pdf.AT_ONCE), ("wait", pdf.WAITING)):
        for number in range(places):
            cache.set(f"pdf-{kind}:{number}", 1, 5)
    began = time.monotonic()
    with pytest.raises(pdf.PdfUnavailable):
        pdf.draw("<p>anything</p>")
    assert time.monotonic() - began < 0.5


def test_a_person_who_waits_gets_the_next_free_place_or_the_same_pdf_from_another_person(monkeypatch):
    for number in range(pdf.AT_ONCE):
        cache.set(f"pdf-slot:{number}", 1, 1)
    assert pdf.draw("<p>waited</p>").startswith(b"%PDF")

    for number in range(pdf.AT_ONCE):
        cache.set(f"pdf-slot:{number}", 1, 5)
    wanted: list[str] = []

    def another_person_draws(key):
        wanted.append(key)
        if len(wanted) == 2:
            cache.set(key, b"drawn by another person", 60)
        return found(key)

    found = cache.get
    monkeypatch.setattr(pdf.cache, "get", another_person_draws)
    assert pdf.draw("<p>the same</p>") == b"drawn by another person"


def test_ten_people_who_ask_at_once_all_get_their_pdf(monkeypatch):
    monkeypatch.setattr(
        pdf, "PATIENCE", 120
    )  # about the order of the queue, whatever the speed of the machine
    drawn: list[bytes] = []
    people = [
        threading.Thread(target=lambda number=number: drawn.append(pdf.draw(f"<p>Person {number}</p>")))
        for number in range(pdf.AT_ONCE + pdf.WAITING)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len({text_of(content) for content in drawn}) == len(people) == 10


def test_style_sheet_opens_nothing_and_keeps_to_the_project():
    css = pdf.style_sheet("report.css")
    addresses = re.findall(r"url\(\"?([^\")]{5})", css)
    assert addresses
    assert set(addresses) == {"data:"}


def test_worker_fetches_nothing_whatever_the_page_asks(tmp_path):
    """A listener waits for the connection that must not come; the control shows that it would be noticed."""
    secret = tmp_path / "secret.txt"
    secret.write_text("kept in the house")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        page = (
            f'<html lang="en"><head><title>x</title><link rel="stylesheet" href="http://127.0.0.1:{port}/a.css"></head>'
            f'<body><p>Words</p><img src="http://127.0.0.1:{port}/x.png" alt="x">'
            f'<img src="file://{secret}" alt="y"><a rel="attachment" href="file://{secret}">z</a></body></html>'
        )
        drawn = pdf._run(json.dumps({"html": page, "css": "body{color:#000}"}).encode())
        with pytest.raises(TimeoutError):
            listener.accept()
        socket.create_connection(("127.0.0.1", port)).close()
        listener.accept()[0].close()
    assert "Words" in text_of(drawn)
    assert b"kept in the house" not in drawn


def content(**more):
    """A frozen report with nothing but what a test gives it."""
    return {
        "format": snapshot.FORMAT,
        "year": 2026,
        "template": "2021",
        "group": {"slug": "cat", "name": "Cat Specialist Group", "acronym": "", "remit": ""},
        "quadrennium": {"label": "2026–2029", "first": 2026, "last": 2029},
        "people": [],
        "members": 3,
        "sections": [],
        "targets": [],
        "names": {"components": {}, "subcategories": {}, "statuses": {}},
        **more,
    }


def test_report_of_a_group_without_targets_has_no_empty_chart():
    publication = Publication(content(), published_on=date(2027, 4, 2))
    assert (publication.total, str(publication.chart)) == (0, "")
    assert "<figure" not in report_html(publication)


@pytest.mark.parametrize(("language", "word"), [("fr", "Évaluer"), ("es", "Evaluar"), ("en", "Assess")])
def test_words_of_the_reference_lists_follow_the_reader(language, word):
    section = {
        "key": "assess",
        "component": "",
        "title": {"en": "Assess", "fr": "Évaluer", "es": "Evaluar"},
        "text": "",
    }
    with translation.override(language):
        assert Publication(content(sections=[section])).sections[0].title == word
        assert f'<html lang="{language}">' in report_html(Publication(content()))


def test_digest_does_not_hang_on_the_order_of_keys():
    given_content = content()
    turned = dict(reversed(list(given_content.items())))
    assert snapshot.digest(given_content) == snapshot.digest(turned)
    assert snapshot.digest(given_content) != snapshot.digest(content(members=4))


@given(st.text(alphabet="ab \n", max_size=60), st.text(alphabet="ab \n", max_size=60))
def test_changes_lose_no_word_of_either_text(before, after):
    pieces = word_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after
    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == before


def test_a_paragraph_written_anew_is_shown_whole_and_a_changed_word_alone():
    before = "We met in Bhutan with friends.\n\nThe old text was about lions."
    after = "We met in Nepal with friends.\n\nA wholly different paragraph follows."
    shown = [(piece.kind, piece.text) for piece in word_changes(before, after) if piece.kind != "same"]
    assert shown == [
        ("del", "Bhutan "),
        ("ins", "Nepal "),
        ("del", "The old text was about lions."),
        ("ins", "A wholly different paragraph follows."),
    ]


def test_chart_is_inert_and_names_its_finding():
    drawn = charts.stacked(
        [("<b>A", [1, 2])], [charts.BarPart("<i>", "#000", True), charts.BarPart("y", "#fff")], label='"<x>'
    )
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert 'aria-label="&quot;&lt;x&gt;"' in drawn
    assert "style" not in drawn


def test_columns_mark_the_last_year_and_the_plan():
    drawn = charts.columns(
        [("2025", 5, "5"), ("2026", 6, "6")], label="x", planned=8, planned_text="Planned: 8"
    )
    assert drawn.count("<rect") == 2
    assert drawn.index(charts.SOFT) < drawn.index(charts.STRONG)
    assert "Planned: 8" in drawn
    assert charts.columns([], label="x") == ""


def test_words_frozen_before_their_order_was_are_read_in_the_order_they_were_frozen_in():
    frozen = {"plan": {"en": "Plan"}, "assess": {"en": "Assess"}}
    assert [code for code, _words in in_order(frozen)] == ["plan", "assess"]
    placed = {"plan": {"en": "Plan", "order": 2}, "assess": {"en": "Assess", "order": 1}}
    assert [code for code, _words in in_order(placed)] == ["assess", "plan"]
