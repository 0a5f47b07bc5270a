"""The office's pages: who sees them, the same rows on page and export, no content in the mail queue."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, scope
from core.models import AuditEntry, MailState
from reporting.models import ReportingYear
from tests import factories
from tests.office.conftest import report
from tests.office.samples import mail_in_trouble
from tests.reporting import sets

pytestmark = pytest.mark.django_db
HOME = "/en/office/"
URL = "/en/office/reports/"
CSV = "/en/office/reports.csv"


def names_on(client, query=""):
    """Group names on the page, and in the export of the same address."""
    page = client.get(f"{URL}{query}")
    assert page.status_code == 200
    the_list = page.content.decode().partition('<h2 id="list">')[2]
    shown = [
        html.unescape(name) for name in re.findall(r'<a class="plain" href="[^"]+">([^<]+)</a>', the_list)
    ]
    text = client.get(f"{CSV}{query}").content.decode("utf-8-sig")
    exported = [line["Group"] for line in csv.DictReader(io.StringIO(text))]
    return shown, exported


@pytest.fixture
def network(cast, group, other_group, year):
    """Two groups: one sent its report, the other is late."""
    report(group, year, "submitted", by=cast["LE"])
    return year


def test_the_dashboard_is_for_the_office_and_like_nothing_for_others(client, cast, network):
    answers = {}
    for code in cast.people:
        client.force_login(cast[code])
        answers[code] = client.get(HOME).status_code
    opened = {"NS", "CS", "CA", "SC", "DC", "SM"}
    assert answers == {code: 200 if code in opened else 404 for code in cast.people}
    client.logout()
    assert client.get(HOME).status_code == 302


def test_the_dashboard_counts_and_the_list_names_every_group(client, cast, network, group, other_group):
    client.force_login(cast["CS"])
    counts = client.get(HOME).context["grid"].counts
    assert (counts.of, counts.submitted, counts.none, counts.overdue) == (2, 1, 1, 1)
    page = client.get(URL).content.decode()
    assert "Not started, 9 days overdue" in page
    assert reverse("reporting:report-review", args=[group.slug, network.year]) in page
    assert reverse("workspace:overview", args=[other_group.slug]) in page
    assert names_on(client) == ([group.name, other_group.name],) * 2


def test_network_support_lists_and_exports_the_assigned_groups_only(client, cast, network, group):
    client.force_login(cast["NS"])
    assert names_on(client) == ([group.name],) * 2
    assert names_on(client, "?q=otter") == ([],) * 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=submitted", ["Cat"]),
        ("?state=received", ["Cat"]),
        ("?state=unsent&overdue=no", []),
        ("?support=none", []),
        ("?sort=-group", ["Otter", "Cat"]),
        ("?sort=sent", ["Cat", "Otter"]),
        ("?sort=-state", ["Cat", "Otter"]),
        ("?sort=password", ["Cat", "Otter"]),
        ("?state=none", ["Otter"]),
        ("?overdue=on", ["Otter"]),
        ("?q=OTTÉR", ["Otter"]),
        ("?category=specialist-group", ["Cat", "Otter"]),
        ("?state=accepted", []),
        ("?state=nonsense&support=x&category=%27--&page=99", ["Cat", "Otter"]),
    ],
)
def test_page_and_export_are_narrowed_alike(client, cast, network, query, expected):
    client.force_login(cast["CA"])
    shown, exported = names_on(client, query)
    assert [name.split()[0] for name in shown] == expected
    assert exported == shown


def test_the_list_is_narrowed_to_one_supporter(client, cast, network, group):
    client.force_login(cast["CS"])
    assert names_on(client, f"?support={cast['NS'].pk}") == ([group.name],) * 2


def test_a_year_that_is_not_offered_answers_404(client, cast, network):
    client.force_login(cast["CS"])
    assert client.get(f"{HOME}?year=1999").status_code == 404
    assert client.get(f"{URL}?years=1999").status_code == 404
    assert client.get(f"{CSV}?years=abc").status_code == 404


def test_each_export_is_written_down_with_its_filters(client, cast, network):
    client.force_login(cast["SC"])
    client.get(f"{CSV}?state=none&q=otter")
    with scope.read_everywhere("checks"):
        entry = AuditEntry.objects.get(verb="office.reports_exported")
    assert (entry.by, entry.detail["rows"]) == (cast["SC"], 1)
    assert entry.detail["filters"] == f"years={network.year}&q=otter&state=none&sort=group"


def test_a_hostile_group_name_is_inert_in_page_and_export(client, cast, network):
    name = '=HYPERLINK("http://x.example","<script>alert(1)</script>")'
    factories.make_group(name, slug="hostile")
    client.force_login(cast["CS"])
    page = client.get(URL).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    rows = list(csv.reader(io.StringIO(client.get(CSV).content.decode("utf-8-sig"))))
    assert [row[0] for row in rows if "HYPERLINK" in row[0]] == [f"'{name}"]


def test_the_next_visit_shows_what_has_changed(client, cast, network, group, other_group):
    client.force_login(cast["CS"])
    for _twice in range(2):
        assert names_on(client)[0] == [group.name, other_group.name]
    assert client.get(HOME).context["grid"].counts.overdue == 1
    other_group.name = "Zebra & Otter Specialist Group"
    other_group.save()
    report(other_group, network, "submitted", by=cast.other["LE"], days_ago=0)
    page = client.get(URL).content.decode()
    home = client.get(HOME).content.decode()
    assert names_on(client)[0] == [group.name, "Zebra & Otter Specialist Group"]
    assert "Not started, 9 days overdue" not in page
    assert reverse("reporting:report-review", args=[other_group.slug, network.year]) in page
    assert "<b>2</b><span>of 2 reports received: to review or accepted</span>" in home


def test_only_those_who_review_find_the_link_to_the_review(client, cast, network, group):
    review = reverse("reporting:report-review", args=[group.slug, network.year])
    shown = {}
    for code in ("CS", "DC", "CS"):
        client.force_login(cast[code])
        shown[code] = review in client.get(URL).content.decode()
    assert shown == {"CS": True, "DC": False}


def queries_of(client, url):
    """What the page asks the database; the savepoints around a view belong to the test's own transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize(
    ("url", "most"), [(HOME, 16), (URL, 9), ("/en/office/targets/", 9), ("/en/tasks/", 17)]
)
def test_the_pages_need_the_same_queries_for_three_groups_and_for_thirty(client, cast, network, url, most):
    client.force_login(cast["CS"])
    client.get(url)
    lonely = factories.make_group()
    sets.make_set(lonely, state="submitted", submitted_by=cast["LE"], submitted_at=clock.now())
    few = queries_of(client, url)
    for number in range(27):
        place = factories.make_group()
        report(place, network, "submitted", by=cast["LE"], days_ago=number)
        sets.make_set(place, state="submitted", submitted_by=cast["LE"], submitted_at=clock.now())
    many = queries_of(client, url)
    assert len(few) == len(many) <= most


def test_the_office_speaks_before_any_year_has_opened(client, cast, network):

    ReportingYear.objects.update(
        opens_on=network.due_on + timedelta(days=400), due_on=network.due_on + timedelta(days=500)
    )
    client.force_login(cast["CS"])
    assert "No reporting year has opened yet" in client.get(HOME).content.decode()
    assert "0 of 0 reports" in client.get(URL).content.decode()
    assert client.get(CSV).content.decode("utf-8-sig").count("\r\n") == 1


def test_the_mail_queue_tells_no_address_no_subject_and_no_text(client, cast):
    mail_in_trouble()
    for code, status in {"CA": 200, "SU": 200, "CS": 404, "LE": 404, "SC": 404}.items():
        client.force_login(cast[code])
        response = client.get(reverse("office:mail-queue"))
        assert response.status_code == status, code
        page = response.content.decode()
        assert "secret" not in page.casefold()
        if status == 200:
            assert "members.invitation" in page
            assert "550 &lt;…&gt;: no such person here" in page
            assert ("Try again" in page) == (code == "SU")


def test_only_superusers_try_a_mail_again_and_twice_is_harmless(client, cast):
    mail = mail_in_trouble()
    url = reverse("office:mail-retry", args=[mail.pk])
    client.force_login(cast["CA"])
    assert client.post(url).status_code == 404
    client.force_login(cast["SU"])
    assert client.get(url).status_code == 405
    for _twice in range(2):
        assert client.post(url).status_code == 302
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.reason) == (MailState.QUEUED, 0, "")
    with scope.read_everywhere("checks"):
        assert AuditEntry.objects.filter(verb="office.mail_retried").count() == 1


def test_a_mail_that_was_sent_is_not_sent_again(client, cast):
    mail = mail_in_trouble()
    mail.state, mail.sent_at = MailState.SENT, mail.queued_at
    mail.save()
    client.force_login(cast["SU"])
    page = client.post(reverse("office:mail-retry", args=[mail.pk]), follow=True).content.decode()
    assert "nothing to try again" in page
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert client.post(reverse("office:mail-retry", args=[mail.pk + 1])).status_code == 404
