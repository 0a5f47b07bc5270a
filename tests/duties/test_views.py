"""The page My tasks, and the settings for mail."""

import pytest
from django.urls import reverse

from core import scope
from core.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/en/tasks/"


def test_my_tasks_asks_for_a_sign_in(client):
    response = client.get(URL)
    assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={URL}")


def test_my_tasks_shows_what_to_do_first(client, member, laid):
    laid.owe(
        member, key="a", due_in=-9, title="Send <i>the</i> report", group_id=1, group_name="Cat", minutes=10
    )
    laid.owe(member, key="b", due_in=3, title="Record progress", group_id=2, group_name="Otter", minutes=30)
    laid.owe(
        member, key="c", due_in=None, title="Waits at the office", waiting=True, group_id=1, group_name="Cat"
    )
    client.force_login(member)
    page = client.get(URL).content.decode()
    assert "<h1>You have two things to do</h1>" in page
    assert "Across two groups, about 40 minutes in all. One is overdue." in page
    assert "Send &lt;i&gt;the&lt;/i&gt; report" in page
    assert page.index("9 days overdue") < page.index("Due in 3 days") < page.index("Waiting for someone else")


def test_somebody_elses_tasks_are_not_on_my_page(client, member, stranger, laid):
    laid.owe(member, title="Only mine")
    client.force_login(stranger)
    page = client.get(URL).content.decode()
    assert "Only mine" not in page
    assert "You have nothing to do" in page


def test_tasks_are_filtered_by_a_group_of_ones_own(client, member, laid):
    laid.owe(member, key="a", title="Cat task", group_id=1, group_name="Cat")
    laid.owe(member, key="b", title="Otter task", group_id=2, group_name="Otter")
    client.force_login(member)
    page = client.get(URL, {"group": "2"}).content.decode()
    assert "Otter task" in page
    assert "Cat task" not in page


@pytest.mark.parametrize("unknown", ["3", "cat", "²", "-1", "1 OR 1", "9" * 30])
def test_a_group_that_is_not_mine_filters_nothing_and_tells_nothing(client, member, laid, unknown):
    laid.owe(member, group_id=1, group_name="Cat")
    client.force_login(member)
    response = client.get(URL, {"group": unknown})
    assert (response.status_code, response["Location"]) == (302, URL)


def test_my_tasks_needs_the_same_queries_for_one_task_and_for_thirty(
    client, member, laid, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(member)
    laid.owe(member)
    with django_assert_max_num_queries(12) as few:
        client.get(URL)
    for number in range(30):
        laid.owe(member, key=f"more:{number}", due_in=number, group_id=number, group_name=f"Group {number}")
    with django_assert_num_queries(len(few)):
        client.get(URL)


def test_my_real_duties_stay_within_the_queries_of_a_page(client, leader, django_assert_max_num_queries):
    client.force_login(leader)
    with django_assert_max_num_queries(20):
        assert client.get(URL).status_code == 200


def test_optional_mail_is_turned_off_and_on_by_the_person(client, member):
    client.force_login(member)
    url = reverse("duties:notifications")
    assert "checked" in client.get(url).content.decode()
    for posted, wanted in (({}, False), ({}, False), ({"wants_optional_mail": "on"}, True)):
        assert client.post(url, posted).status_code == 302
        member.refresh_from_db()
        assert member.wants_optional_mail is wanted
    with scope.read_everywhere("checks"):
        verbs = list(
            AuditEntry.objects.filter(about_id=member.pk, verb__startswith="duties.")
            .order_by("pk")
            .values_list("verb", "detail")
        )
    assert verbs == [
        ("duties.optional_mail_chosen", {"wanted": False}),
        ("duties.optional_mail_chosen", {"wanted": True}),
    ]


def test_one_persons_choice_is_not_anothers(client, member):
    other = factories.make_person()
    client.force_login(member)
    client.post(reverse("duties:notifications"), {})
    other.refresh_from_db()
    assert other.wants_optional_mail is True


def test_a_page_without_a_link_of_its_own_marks_none_in_the_header(client, member):
    client.force_login(member)
    current = {
        url: [link["label"] for link in client.get(url).context["nav"] if link["current"]]
        for url in ("/en/", URL, reverse("duties:notifications"))
    }
    assert current == {"/en/": ["Directory"], URL: ["My tasks"], reverse("duties:notifications"): []}
