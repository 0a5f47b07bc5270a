"""The demo network is complete, is the same for the same seed, and is never made outside a demo."""

from io import StringIO
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count

from accounts.models import User
from core import clock, scope
from demo import terms
from demo.network import Place, World
from demo.personas import PERSONAS
from groups.access import roles_of
from groups.models import Appointment, Group, Quadrennium
from groups.roles import RoleCode
from members.models import Handshake, Membership
from members.states import HandshakeState
from reporting.models import Progress, Report, ReportDecision, ReportSubmission, Target, TargetSet
from reporting.publication import snapshot
from reporting.states import ReportState, TargetSetState

pytestmark = pytest.mark.django_db
SIZE = {"groups": 8, "members": 220, "verbosity": 0}


@pytest.fixture
def seeded(reference, capsys):
    """A small network at the usual stage."""
    call_command("seed_demo", **SIZE)
    with scope.read_everywhere("checks"):
        yield


def test_every_group_state_is_there(seeded):
    assert Group.objects.count() == 9
    closed = Group.objects.get(closed_on__isnull=False)
    assert closed.is_closed
    sizes = dict(
        Membership.objects.on().values_list("group__slug").annotate(n=Count("person", distinct=True))
    )
    assert sizes["diver-loon"] == 2
    assert closed.slug not in sizes
    led = set(Appointment.objects.on().with_role(RoleCode.LEADER).values_list("group__slug", flat=True))
    assert "peccary" not in led
    assert "cat" in led
    assert Appointment.objects.on().filter(group__slug="peccary", office="network_support").count() == 1


def test_people_sit_in_several_groups_and_all_addresses_are_proved(seeded):
    seats = Membership.objects.on().count()
    assert Membership.objects.on().values("person").distinct().count() < seats
    assert EmailAddress.objects.filter(verified=True).count() == User.objects.count()
    assert set(User.objects.exclude(region=None).values_list("region", flat=True).distinct()) >= {
        "africa",
        "west-europe",
        "oceania",
    }


def test_handshakes_reports_and_targets_are_in_many_states(seeded):
    states = set(Handshake.objects.values_list("state", flat=True))
    assert {HandshakeState.ACCEPTED, HandshakeState.INVITED, HandshakeState.EXPIRED} <= states
    accepted = Handshake.objects.filter(state=HandshakeState.ACCEPTED)
    assert accepted.count() == Membership.objects.exclude(handshake=None).count()
    assert set(Report.objects.filter(reporting_year__lt=2026).values_list("state", flat=True)) == {
        ReportState.ACCEPTED
    }
    assert Report.objects.filter(reporting_year=2026, state=ReportState.DRAFT, group__slug="cat").count() == 1
    assert set(TargetSet.objects.filter(quadrennium__label="2021–2025").values_list("state", flat=True)) == {
        "agreed"
    }
    assert Target.objects.count() > 8 * 2 * 6
    assert Progress.objects.filter(year__lte=2025).count() > Target.objects.count()


def test_what_was_sent_is_what_the_portal_would_freeze(seeded):
    for row in ReportSubmission.objects.all()[:20]:
        assert row.sha256 == snapshot.digest(row.content)
        assert row.content["format"] == snapshot.FORMAT
    report = Report.objects.get(group__slug="cat", reporting_year=2024)
    sent = report.submissions.last()
    with scope.group_scope(report.group_id):
        fresh = snapshot.freeze(Report.objects.get(pk=report.pk))
    for part in ("sections", "targets", "members", "quadrennium", "people"):
        assert fresh[part] == sent.content[part], part
    assert ReportDecision.objects.filter(submission=sent, outcome="accepted").exists()


def test_nothing_happened_in_the_future_and_two_people_stand_behind_each_decision(seeded):
    now = clock.now()
    for model, field in (
        (Report, "submitted_at"),
        (Report, "decided_at"),
        (Progress, "recorded_at"),
        (Handshake, "started_at"),
    ):
        assert not model.objects.filter(**{f"{field}__gt": now}).exists(), field
    for report in Report.objects.filter(state=ReportState.ACCEPTED):
        assert report.submitted_by_id != report.decided_by_id
        assert report.submitted_at is not None
        assert report.decided_at is not None
        assert report.submitted_at <= report.decided_at


def test_each_persona_holds_the_role_it_is_named_for(seeded):
    cat = Group.objects.get(slug="cat")
    for persona in PERSONAS:
        person = User.objects.get(email=persona.email)
        held = roles_of(person)
        assert person.check_password(persona.password), persona.code
        if persona.code == "AP":
            assert held.all_codes == frozenset()
        elif persona.code == "OM":
            assert cat.pk not in held.groups
            assert "ME" in held.groups[Group.objects.get(slug="otter").pk]
        else:
            assert persona.code in held.codes_in(cat), persona.code


def test_a_persona_signs_in_with_the_code_of_the_moment(seeded, client):
    persona = next(one for one in PERSONAS if one.code == "CA")
    answer = client.post("/en/account/login/", {"login": persona.email, "password": persona.password})
    assert answer.status_code == 302
    assert "2fa" in answer["Location"]
    answer = client.post(answer["Location"], {"code": persona.code_now()})
    assert answer.status_code == 302
    assert client.get("/en/profile/").status_code == 200


def fingerprint():
    """What makes one network different from another, without keys."""
    with scope.read_everywhere("checks"):
        return (
            list(
                User.objects.order_by("email").values_list(
                    "email", "given_name", "region", "institution", "password"
                )
            ),
            list(Membership.objects.order_by("pk").values_list("group__slug", "person__email", "starts_on")),
            list(Target.objects.order_by("pk").values_list("group__slug", "number", "text", "quantity")),
            list(ReportSubmission.objects.order_by("pk").values_list("group__slug", "number", "sha256")),
        )


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(reference):
    found = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            call_command("seed_demo", groups=3, members=80, seed=seed, verbosity=0, stdout=StringIO())
            found.append(fingerprint())
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize("stage", ["targets-open", "renewal-open"])
def test_the_other_stages_stand_elsewhere_in_the_year(reference, stage, capsys):
    call_command("seed_demo", **SIZE, stage=stage)
    with scope.read_everywhere("checks"):
        assert not Report.objects.filter(reporting_year=2026).exists()
        waiting = Handshake.objects.filter(state__in=["invited", "requested", "prepared"]).count()
        cat = TargetSet.objects.get(group__slug="cat", quadrennium__label="2026–2029")
        if stage == "targets-open":
            assert cat.state == TargetSetState.DRAFT
        else:
            assert waiting > Handshake.objects.count() * 0.2


def test_it_refuses_a_database_with_groups_and_changes_nothing(group, capsys):
    with pytest.raises(CommandError, match="already"):
        call_command("seed_demo", **SIZE)
    assert list(Group.objects.values_list("slug", flat=True)) == ["cat"]


def test_it_refuses_outside_a_demo(reference, settings, monkeypatch, capsys):
    settings.DEMO_MODE = False
    monkeypatch.delenv("SSC_PRODLIKE_SEED", raising=False)
    for command, options in (("seed_demo", SIZE), ("list_personas", {})):
        with pytest.raises(CommandError):
            call_command(command, **options)
    assert not Group.objects.exists()


def test_a_rehearsal_has_the_network_but_no_known_passwords(reference, settings, monkeypatch, capsys):
    settings.DEMO_MODE = False
    monkeypatch.setenv("SSC_PRODLIKE_SEED", "1")
    call_command("seed_demo", groups=3, members=80, verbosity=0)
    assert Group.objects.count() == 4
    assert not User.objects.filter(email__endswith="demo.ssc.example").exists()
    assert not any(person.has_usable_password() for person in User.objects.all())


def test_personas_are_listed_with_password_and_code(capsys):
    call_command("list_personas")
    text = capsys.readouterr().out
    for persona in PERSONAS:
        assert persona.email in text
        assert persona.password in text
        assert (persona.code_now() in text) or not persona.needs_code


@pytest.mark.parametrize(
    ("category", "subcategory", "coordinators"),
    [
        ("specialist-group", "Mammals", {0, 1}),
        ("red-list-authority", "Plants", {1}),
        ("specialist-group", "Disciplinary", {0}),
        ("conservation-committee", "Committees", {0}),
        ("task-force", "Cross-cutting", {0}),
        ("national-species-group", "Brazil", {0}),
    ],
)
def test_only_groups_that_look_after_species_have_coordinators_and_focal_points(
    reference, category, subcategory, coordinators
):
    periods = {period.label: period for period in Quadrennium.objects.order_by("starts_on")}
    crowd: Any = SimpleNamespace(ssc_chair=User(pk=1))
    found = []
    for seed in range(40):
        group = Group(pk=seed + 1, slug="sample", category_id=category, subcategory=subcategory)
        place = Place(group, "beetle", seats=[User(pk=number + 2) for number in range(12)])
        world = World(Random(seed), clock.today(), "reporting-open", crowd, periods)
        drawn = [row.office for row, _from_day in terms._drawn_offices(world, place)]
        found.append((len(place.coordinators), "focal_point" in drawn, "deputy_chair" in drawn))
    assert {number for number, _focal, _deputy in found} == coordinators
    assert any(focal for _number, focal, _deputy in found) == (coordinators != {0})
    assert any(deputy for _number, _focal, deputy in found)  # control: other offices are drawn in every kind
