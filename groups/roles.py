"""Who may do what: every role of the security model with its permissions.

Only this module gives a role its permissions. The access table (groups/access_table.toml) says what each page
expects. A generated test opens every page with every role and compares both. A permission is named after its app and
the act. A group role counts only in its own group.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What a role may allow, named after the app and the act."""

    APPOINT_LEADER = "groups.appoint_leader"
    APPOINT_OFFICE = "groups.appoint_office"
    APPOINT_STAFF = "groups.appoint_staff"
    CLOSE_GROUP = "groups.close_group"
    DELEGATE_LEADERSHIP = "groups.delegate_leadership"
    EDIT_GROUP = "groups.edit_group"
    FILL_NETWORK_ROLES = "groups.fill_network_roles"
    VIEW_AUDIT = "groups.view_audit"
    VIEW_LEADERSHIP = "groups.view_leadership"
    VIEW_SUPPORT_CONTACT = "groups.view_support_contact"
    VIEW_WORKSPACE = "groups.view_workspace"

    DECIDE_REQUEST = "members.decide_request"
    EDIT_MEMBERS = "members.edit_members"
    INVITE_PERSON = "members.invite_person"
    PREPARE_INVITATION = "members.prepare_invitation"
    VIEW_CONTACTS = "members.view_contacts"
    VIEW_HANDSHAKES = "members.view_handshakes"
    VIEW_MEMBERS = "members.view_members"
    VIEW_SHARED_CONTACTS = "members.view_shared_contacts"

    DECIDE_TARGETS = "reporting.decide_targets"
    EDIT_OWN_SECTION = "reporting.edit_own_section"
    EDIT_REPORT = "reporting.edit_report"
    EDIT_TARGETS = "reporting.edit_targets"
    RECORD_PROGRESS = "reporting.record_progress"
    REVIEW_REPORT = "reporting.review_report"
    SHARE_REPORT = "reporting.share_report"
    SUBMIT_REPORT = "reporting.submit_report"
    SUBMIT_TARGETS = "reporting.submit_targets"
    VIEW_REPORT = "reporting.view_report"
    VIEW_TARGETS = "reporting.view_targets"

    RETRY_MAIL = "office.retry_mail"
    VIEW_DASHBOARD = "office.view_dashboard"
    VIEW_MAIL_QUEUE = "office.view_mail_queue"


class RoleCode(StrEnum):
    """The roles of the security model by their codes."""

    MEMBER = "ME"
    LEADER = "LE"
    DEPUTY = "DE"
    DELEGATED = "DD"
    RED_LIST = "RL"
    PROGRAMME_OFFICER = "PO"
    TREASURER = "TR"
    FOCAL_POINT = "FP"
    NETWORK_SUPPORT = "NS"
    OFFICE_STAFF = "CS"
    OFFICE_ADMIN = "CA"
    SSC_CHAIR = "SC"
    DEPUTY_CHAIR = "DC"
    STEERING = "SM"
    REGIONAL = "RR"
    SUPERUSER = "SU"


@dataclass(frozen=True)
class Role:
    """A role: its code in the security model, its name, and what it allows. A `network` role counts in every group."""

    code: RoleCode
    name: str | Promise
    permissions: frozenset[Permission]
    network: bool = False


# Reading inside a group: every person with a role in the group has these permissions.
BELONGS = {
    Permission.VIEW_WORKSPACE,
    Permission.VIEW_LEADERSHIP,
    Permission.VIEW_MEMBERS,
    Permission.VIEW_TARGETS,
}
# Writing drafts for the group: deputies, coordinators, programme officers, focal points.
WRITES = BELONGS | {
    Permission.EDIT_TARGETS,
    Permission.RECORD_PROGRESS,
    Permission.EDIT_REPORT,
    Permission.VIEW_REPORT,
}
READS_NETWORK = BELONGS | {
    Permission.VIEW_REPORT,
    Permission.VIEW_DASHBOARD,
    Permission.VIEW_SUPPORT_CONTACT,
}
REVIEWS = {
    Permission.EDIT_TARGETS,
    Permission.RECORD_PROGRESS,
    Permission.DECIDE_TARGETS,
    Permission.REVIEW_REPORT,
}

# Keeping the system running. These permissions show no group's content, so they do not open a group.
SYSTEM = frozenset(
    {
        Permission.VIEW_MAIL_QUEUE,
        Permission.RETRY_MAIL,
        Permission.APPOINT_STAFF,
        Permission.FILL_NETWORK_ROLES,
    }
)


def _role(code: RoleCode, name: str | Promise, *permissions: Set[Permission], network: bool = False) -> Role:
    return Role(code, name, frozenset().union(*permissions), network)


# What members see of each other's addresses: those that are shared with the group.
SHARED = {Permission.VIEW_SHARED_CONTACTS}
# The staff of the Chair's Office work with the leaders and not with single members (guidelines 3.5).
SUPPORTED = {Permission.VIEW_SUPPORT_CONTACT}

MEMBER = _role(RoleCode.MEMBER, _("Member"), BELONGS, SHARED)
LEADER = _role(
    RoleCode.LEADER,
    _("Leader"),
    WRITES,
    SUPPORTED,
    {
        Permission.EDIT_GROUP,
        Permission.APPOINT_OFFICE,
        Permission.DELEGATE_LEADERSHIP,
        Permission.VIEW_AUDIT,
        Permission.VIEW_CONTACTS,
        Permission.EDIT_MEMBERS,
        Permission.PREPARE_INVITATION,
        Permission.INVITE_PERSON,
        Permission.VIEW_HANDSHAKES,
        Permission.DECIDE_REQUEST,
        Permission.SUBMIT_TARGETS,
        Permission.SUBMIT_REPORT,
        Permission.SHARE_REPORT,
    },
)
DEPUTY = _role(
    RoleCode.DEPUTY, _("Deputy"), WRITES, SUPPORTED, {Permission.EDIT_GROUP, Permission.VIEW_CONTACTS}
)
# What a deputy may do in the leader's place while the leader has delegated it in writing, with dates.
DELEGATED = _role(
    RoleCode.DELEGATED,
    _("Deputy, delegated"),
    DEPUTY.permissions,
    {
        Permission.PREPARE_INVITATION,
        Permission.INVITE_PERSON,
        Permission.VIEW_HANDSHAKES,
        Permission.DECIDE_REQUEST,
    },
)
RED_LIST = _role(RoleCode.RED_LIST, _("Red List Authority coordinator"), WRITES, SHARED, SUPPORTED)
PROGRAMME_OFFICER = _role(
    RoleCode.PROGRAMME_OFFICER,
    _("Programme officer"),
    WRITES,
    {
        Permission.EDIT_GROUP,
        Permission.VIEW_CONTACTS,
        Permission.PREPARE_INVITATION,
        Permission.VIEW_HANDSHAKES,
    },
)
TREASURER = _role(
    RoleCode.TREASURER, _("Treasurer"), BELONGS, SHARED, {Permission.VIEW_REPORT, Permission.EDIT_OWN_SECTION}
)
FOCAL_POINT = _role(
    RoleCode.FOCAL_POINT,
    _("Focal point"),
    BELONGS,
    SHARED,
    {
        Permission.EDIT_TARGETS,
        Permission.RECORD_PROGRESS,
        Permission.VIEW_REPORT,
        Permission.EDIT_OWN_SECTION,
    },
)
NETWORK_SUPPORT = _role(
    RoleCode.NETWORK_SUPPORT,
    _("Network support"),
    READS_NETWORK,
    REVIEWS,
    {Permission.EDIT_GROUP, Permission.VIEW_AUDIT, Permission.VIEW_CONTACTS, Permission.VIEW_HANDSHAKES},
)
OFFICE_STAFF = _role(RoleCode.OFFICE_STAFF, _("Chair’s Office staff"), READS_NETWORK, REVIEWS, network=True)
OFFICE_ADMIN = _role(
    RoleCode.OFFICE_ADMIN,
    _("Chair’s Office administrator"),
    READS_NETWORK,
    REVIEWS,
    {
        Permission.EDIT_GROUP,
        Permission.APPOINT_OFFICE,
        Permission.VIEW_AUDIT,
        Permission.VIEW_CONTACTS,
        Permission.VIEW_HANDSHAKES,
        Permission.DECIDE_REQUEST,
        Permission.VIEW_MAIL_QUEUE,
        Permission.APPOINT_STAFF,
    },
    network=True,
)
# The permission to decide about leaders (guidelines 6.1).
APPOINTS = {Permission.APPOINT_LEADER}
SSC_CHAIR = _role(
    RoleCode.SSC_CHAIR,
    _("SSC Chair"),
    READS_NETWORK,
    APPOINTS,
    {Permission.VIEW_AUDIT, Permission.CLOSE_GROUP},
    network=True,
)
DEPUTY_CHAIR = _role(RoleCode.DEPUTY_CHAIR, _("Deputy Chair"), READS_NETWORK, APPOINTS, network=True)
STEERING = _role(RoleCode.STEERING, _("Steering Committee member"), READS_NETWORK, APPOINTS, network=True)
REGIONAL = _role(RoleCode.REGIONAL, _("Regional office reviewer"), network=True)
SUPERUSER = _role(RoleCode.SUPERUSER, _("System administrator"), SYSTEM, network=True)

GROUP_ROLES: dict[RoleCode, Role] = {
    role.code: role
    for role in (
        MEMBER,
        LEADER,
        DEPUTY,
        DELEGATED,
        RED_LIST,
        PROGRAMME_OFFICER,
        TREASURER,
        FOCAL_POINT,
        NETWORK_SUPPORT,
    )
}
NETWORK_ROLES: dict[RoleCode, Role] = {
    role.code: role
    for role in (OFFICE_STAFF, OFFICE_ADMIN, SSC_CHAIR, DEPUTY_CHAIR, STEERING, REGIONAL, SUPERUSER)
}
ROLES = GROUP_ROLES | NETWORK_ROLES

# Roles that need a second factor: staff, administrators, treasurers, superusers, chairs, Steering Committee, reviewers.
SECOND_FACTOR = frozenset(
    {
        RoleCode.NETWORK_SUPPORT,
        RoleCode.OFFICE_STAFF,
        RoleCode.OFFICE_ADMIN,
        RoleCode.SSC_CHAIR,
        RoleCode.DEPUTY_CHAIR,
        RoleCode.STEERING,
        RoleCode.REGIONAL,
        RoleCode.SUPERUSER,
        RoleCode.TREASURER,
    }
)
# Roles whose public address is shown while the person is in office (guidelines 3.5).
PUBLIC_CONTACT = frozenset({RoleCode.LEADER, RoleCode.RED_LIST})


# Roles that are not shown beside another one: "Deputy" beside "Deputy, delegated", and "Member" beside an office.
COVERED_BY = {
    RoleCode.DEPUTY: {RoleCode.DELEGATED},
    RoleCode.MEMBER: {
        RoleCode.LEADER,
        RoleCode.DEPUTY,
        RoleCode.DELEGATED,
        RoleCode.RED_LIST,
        RoleCode.PROGRAMME_OFFICER,
        RoleCode.TREASURER,
        RoleCode.FOCAL_POINT,
        RoleCode.NETWORK_SUPPORT,
    },
}


def role_names(codes: Set[RoleCode]) -> list[str]:
    """Return the names of the roles, without those that COVERED_BY hides."""
    return [
        str(role.name)
        for code, role in ROLES.items()
        if code in codes and not COVERED_BY.get(code, set()) & codes
    ]


@dataclass(frozen=True)
class Office:
    """An office in a group, and the role that it gives. An appointment names the office by its code."""

    code: str
    name: str | Promise
    role: Role
    order: int
    has_topic: bool = False


OFFICES = {
    office.code: office
    for office in (
        Office("chair", _("Chair"), LEADER, 1),
        Office("co_chair", _("Co-Chair"), LEADER, 2),
        Office("deputy_chair", _("Deputy Chair"), DEPUTY, 3),
        Office("vice_chair", _("Vice-Chair"), DEPUTY, 4),
        Office("red_list_coordinator", _("Red List Authority coordinator"), RED_LIST, 5),
        Office("programme_officer", _("Programme officer"), PROGRAMME_OFFICER, 6),
        Office("treasurer", _("Treasurer"), TREASURER, 7),
        Office("focal_point", _("Focal point"), FOCAL_POINT, 8, has_topic=True),
        Office("network_support", _("Contact at the Chair’s Office"), NETWORK_SUPPORT, 9),
        # A deputy who acts for the leader, in writing and with dates. It counts only while the person is also a deputy.
        Office("delegate", _("Deputy, delegated"), DELEGATED, 10),
    )
}
# Offices whose appointment names a topic.
WITH_TOPIC = tuple(office.code for office in OFFICES.values() if office.has_topic)
# Network roles that a person is appointed to. The owner of the database makes superusers.
APPOINTED = tuple(str(code) for code in NETWORK_ROLES if code != RoleCode.SUPERUSER)
# A leader's delegation to a deputy.
DELEGATE = "delegate"
# Offices that a group's leader fills. The SSC appoints leaders, coordinators and network support.
FILLED_BY_LEADER = frozenset({"deputy_chair", "vice_chair", "programme_officer", "treasurer", "focal_point"})
