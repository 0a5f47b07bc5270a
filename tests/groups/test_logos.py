"""A group's logo: visitors see it, people who may edit the group set it, and a refusal explains the reason."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core import scope
from core.errors import NotAllowed
from core.models import AuditEntry
from groups import actions, logos
from groups.errors import GroupClosed
from groups.models import GroupLogo


def picture(size=(600, 200)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return SimpleUploadedFile("our logo.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def edit(group):
    return reverse("groups:logo-edit", args=[group.slug])


@pytest.fixture
def shown(group):
    return reverse("groups:group-logo", args=[group.slug])


def test_a_logo_is_set_and_seen_by_everybody_at_its_size(client, group, leader, edit, shown):
    assert client.get(shown).status_code == 404
    client.force_login(leader)
    assert client.post(edit, {"logo": picture()}).status_code == 302
    client.logout()
    response = client.get(shown)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert "sandbox" in response["Content-Security-Policy"]
    assert Image.open(io.BytesIO(response.content)).size == (384, 128)
    assert shown in client.get(group.get_absolute_url()).content.decode()
    with scope.group_scope(group):
        assert AuditEntry.objects.filter(verb="groups.logo_changed", by=leader).count() == 1


def test_a_second_logo_takes_the_place_of_the_first(client, group, leader, edit):
    client.force_login(leader)
    for size in ((600, 200), (100, 100)):
        client.post(edit, {"logo": picture(size)})
    with scope.group_scope(group):
        assert [(logo.width, logo.height) for logo in GroupLogo.objects.all()] == [(100, 100)]


def test_a_logo_is_taken_away(client, leader, edit, shown):
    client.force_login(leader)
    client.post(edit, {"logo": picture()})
    client.post(edit, {"remove": "1"})
    assert client.get(shown).status_code == 404


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml"), "PNG, JPEG or WebP"),
        (SimpleUploadedFile("a.png", bytes(2 * 1024 * 1024 + 1), "image/png"), "larger than"),
        (None, "Choose a picture first"),
    ],
)
def test_a_wrong_upload_is_refused_with_a_sentence_and_changes_nothing(
    client, group, leader, edit, upload, sentence
):
    client.force_login(leader)
    client.post(edit, {"logo": picture()})
    response = client.post(edit, {"logo": upload} if upload else {})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    with scope.group_scope(group):
        assert GroupLogo.objects.get().width == 384


def test_an_unchanged_logo_is_not_sent_twice(client, leader, edit, shown):
    client.force_login(leader)
    client.post(edit, {"logo": picture()})
    tag = client.get(shown)["ETag"]
    assert client.get(shown, headers={"if-none-match": tag}).status_code == 304


# ------------------------------------------------------------------ the actions themselves


MAY = {"LE", "DE", "PO", "NS", "CA"}  # those who write the group's page


def logo_of(group):
    with scope.group_scope(group):
        return GroupLogo.objects.values_list("sha256", flat=True).first()


def test_only_those_who_write_the_groups_page_set_and_remove_its_logo(group, cast):
    logos.set_logo(group=group, upload=picture(), by=cast["LE"])
    first = logo_of(group)
    refused = set()
    for code in sorted(set(cast.people) - MAY):
        with pytest.raises(NotAllowed):
            logos.set_logo(group=group, upload=picture((100, 100)), by=cast[code])
        with pytest.raises(NotAllowed):
            logos.remove_logo(group=group, by=cast[code])
        refused.add(code)
    with pytest.raises(NotAllowed):
        logos.set_logo(group=group, upload=picture((100, 100)), by=cast.other["LE"])
    assert logo_of(group) == first
    assert "ME" in refused
    # Control: the same calls change the logo for those who may.
    for code in sorted(MAY):
        logos.remove_logo(group=group, by=cast[code])
        assert logo_of(group) is None, code
        logos.set_logo(group=group, upload=picture((100, 100)), by=cast[code])
        assert logo_of(group) not in (None, first), code


def test_the_right_is_asked_before_the_picture_is_opened(group, member):
    with pytest.raises(NotAllowed):
        logos.set_logo(group=group, upload=SimpleUploadedFile("a.png", b"no picture"), by=member)


def test_the_logo_of_a_closed_group_stays(client, group, cast, edit):
    logos.set_logo(group=group, upload=picture(), by=cast["LE"])
    actions.close_group(group=group, by=cast["SC"])
    before = logo_of(group)
    with pytest.raises(GroupClosed):
        logos.set_logo(group=group, upload=picture((100, 100)), by=cast["CA"])
    with pytest.raises(GroupClosed):
        logos.remove_logo(group=group, by=cast["CA"])
    client.force_login(cast["CA"])
    for data in ({"logo": picture((100, 100))}, {"remove": "1"}):
        answer = client.post(edit, data, follow=True)
        assert "This group is closed" in answer.content.decode()
    assert logo_of(group) == before
