"""A new portal: commands add its groups, office and leaders, and each appointment names the person who made it."""

import pytest
from django.core.management import CommandError, call_command

from core import scope
from core.errors import NotAllowed
from core.models import AuditEntry
from groups.access import roles_of
from groups.models import Group, NetworkAppointment
from groups.roles import RoleCode
from groups.staff import appoint_staff, assign_support
from tests import factories


@pytest.fixture
def keeper(reference):
    """Who keeps the system running and has no say in its content."""
    return factories.make_person("Super", "User", is_superuser=True)


def appoint(person, role, by, **options):
    call_command("appoint", person.email, role, by=by.email, **options)


def test_the_real_list_of_groups_is_loaded_once(reference):
    call_command("load_groups")
    assert Group.objects.count() == 191
    assert Group.objects.get(slug="cat").name == "Cat Specialist Group"
    call_command("load_groups")
    assert Group.objects.count() == 191


def test_a_fresh_portal_gets_its_office_and_its_leaders(keeper, group):
    chair, staff, leader = (factories.make_person() for _ in range(3))
    appoint(chair, "SC", keeper)
    appoint(staff, "CA", keeper)
    appoint(leader, "co_chair", chair, group=group.slug)
    appoint(factories.make_person(), "network_support", staff, group=group.slug)
    assert roles_of(chair).network == {"SC"}
    assert roles_of(leader).groups == {group.pk: {"LE"}}
    with scope.read_everywhere("checks"):
        acts = AuditEntry.objects.filter(verb__contains="appointed").values_list("by", flat=True)
        assert sorted(acts) == sorted([keeper.pk, keeper.pk, chair.pk, staff.pk])


def test_giving_a_role_twice_changes_nothing(keeper):
    person = factories.make_person()
    appoint(person, "CS", keeper)
    appoint(person, "CS", keeper)
    assert NetworkAppointment.objects.filter(person=person).count() == 1


def test_the_keeper_of_the_system_appoints_no_leader(keeper, group):
    with pytest.raises(CommandError, match="Leaders are appointed by the SSC Chair"):
        appoint(factories.make_person(), "chair", keeper, group=group.slug)


def test_an_administrator_gives_no_more_than_staff_roles_and_nothing_to_themselves(cast, group):
    with pytest.raises(NotAllowed):
        appoint_staff(person=factories.make_person(), role=RoleCode.SSC_CHAIR, by=cast["CA"])
    with pytest.raises(NotAllowed):
        appoint_staff(person=cast["CA"], role=RoleCode.OFFICE_STAFF, by=cast["CA"])
    with pytest.raises(NotAllowed):
        assign_support(group=group, person=cast["CA"], by=cast["CA"])
    for other in ("CS", "SC", "LE", "NS", "ME"):
        with pytest.raises(NotAllowed):
            appoint_staff(person=factories.make_person(), role=RoleCode.OFFICE_STAFF, by=cast[other])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"email": "nobody@example.org", "role": "CS"}, "the person registers on the portal first"),
        ({"role": "RR"}, "A regional office reviewer has a region"),
        ({"role": "RR", "region": "atlantis"}, "There is no region atlantis"),
        ({"role": "network_support"}, "Name the group with --group"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(keeper, options, sentence):
    email = options.pop("email", None) or factories.make_person().email
    with pytest.raises(CommandError, match=sentence):
        call_command("appoint", email, options.pop("role"), by=keeper.email, **options)
