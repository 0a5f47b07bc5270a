"""Who may do what: every role of the security model with its permissions.

The one place where a role gets a permission. The access table (groups/access_table.toml) says what each
page expects, and a generated test walks every page with every role against both.
A permission is named after its app and the act. Group roles hold for the own group only.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """A role: its code in the security model, its name, and what it allows. `network`: holds in every group."""

    code: str
    name: str | Promise
    permissions: frozenset[str]
    network: bool = False


# Reading inside a group, shared by everybody who belongs to it.
BELONGS = {
    "groups.view_workspace",
    "groups.view_leadership",
    "members.view_members",
    "reporting.view_targets",
}
# Writing drafts for the group: deputies, coordinators, programme officers, focal points.
WRITES = BELONGS | {
    "reporting.edit_targets",
    "reporting.record_progress",
    "reporting.edit_report",
    "reporting.view_report",
}
READS_NETWORK = BELONGS | {"reporting.view_report", "office.view_dashboard"}
REVIEWS = {
    "reporting.edit_targets",
    "reporting.record_progress",
    "reporting.decide_targets",
    "reporting.review_report",
}

# Keeping the system running: tells nothing of any group's content, so it opens no group either.
SYSTEM = frozenset(
    {"office.view_mail_queue", "office.retry_mail", "groups.appoint_staff", "groups.fill_network_roles"}
)


def _role(code: str, name: str | Promise, *permissions: Set[str], network: bool = False) -> Role:
    return Role(code, name, frozenset().union(*permissions), network)


MEMBER = _role("ME", _("Member"), BELONGS)
LEADER = _role(
    "LE",
    _("Leader"),
    WRITES,
    {
        "groups.edit_group",
        "groups.appoint_office",
        "groups.delegate_leadership",
        "groups.view_audit",
        "members.view_contacts",
        "members.edit_members",
        "members.prepare_invitation",
        "members.invite_person",
        "members.view_handshakes",
        "members.decide_request",
        "reporting.submit_targets",
        "reporting.submit_report",
        "reporting.share_report",
    },
)
DEPUTY = _role("DE", _("Deputy"), WRITES, {"groups.edit_group", "members.view_contacts"})
# What a deputy may do in the leader's place, while delegated in writing with dates.
DELEGATED = _role(
    "DD",
    _("Deputy, delegated"),
    DEPUTY.permissions,
    {
        "members.prepare_invitation",
        "members.invite_person",
        "members.view_handshakes",
        "members.decide_request",
    },
)
RED_LIST = _role("RL", _("Red List Authority coordinator"), WRITES)
PROGRAMME_OFFICER = _role(
    "PO",
    _("Programme officer"),
    WRITES,
    {"groups.edit_group", "members.view_contacts", "members.prepare_invitation", "members.view_handshakes"},
)
TREASURER = _role("TR", _("Treasurer"), BELONGS, {"reporting.view_report", "reporting.edit_own_section"})
FOCAL_POINT = _role(
    "FP",
    _("Focal point"),
    BELONGS,
    {
        "reporting.edit_targets",
        "reporting.record_progress",
        "reporting.view_report",
        "reporting.edit_own_section",
    },
)
NETWORK_SUPPORT = _role(
    "NS",
    _("Network support"),
    READS_NETWORK,
    REVIEWS,
    {"groups.edit_group", "groups.view_audit", "members.view_contacts", "members.view_handshakes"},
)
OFFICE_STAFF = _role("CS", _("Chair’s Office staff"), READS_NETWORK, REVIEWS, network=True)
OFFICE_ADMIN = _role(
    "CA",
    _("Chair’s Office administrator"),
    READS_NETWORK,
    REVIEWS,
    {
        "groups.edit_group",
        "groups.appoint_office",
        "groups.view_audit",
        "members.view_contacts",
        "members.view_handshakes",
        "members.decide_request",
        "office.view_mail_queue",
        "groups.appoint_staff",
    },
    network=True,
)
# Who decides about leaders (guidelines 6.1).
APPOINTS = {"groups.appoint_leader"}
SSC_CHAIR = _role(
    "SC", _("SSC Chair"), READS_NETWORK, APPOINTS, {"groups.view_audit", "groups.close_group"}, network=True
)
DEPUTY_CHAIR = _role("DC", _("Deputy Chair"), READS_NETWORK, APPOINTS, network=True)
STEERING = _role("SM", _("Steering Committee member"), READS_NETWORK, APPOINTS, network=True)
REGIONAL = _role("RR", _("Regional office reviewer"), network=True)
SUPERUSER = _role("SU", _("System administrator"), SYSTEM, network=True)

GROUP_ROLES = {
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
NETWORK_ROLES = {
    role.code: role
    for role in (OFFICE_STAFF, OFFICE_ADMIN, SSC_CHAIR, DEPUTY_CHAIR, STEERING, REGIONAL, SUPERUSER)
}
ROLES = GROUP_ROLES | NETWORK_ROLES

# Roles that sign in with a second factor: staff, administrators, treasurers, superusers, and who decides with them.
SECOND_FACTOR = frozenset({"NS", "CS", "CA", "SC", "DC", "SM", "RR", "SU", "TR"})
# Roles whose agreed contact is public while in office (guidelines 3.5).
PUBLIC_CONTACT = frozenset({"LE", "RL"})


# A delegated deputy is shown as that alone; membership is not shown beside an office.
COVERED_BY = {"DE": {"DD"}, "ME": {"LE", "DE", "DD", "RL", "PO", "TR", "FP", "NS"}}


def role_names(codes: Set[str]) -> list[str]:
    """The roles in words, without those that a stronger one covers."""
    return [
        str(role.name)
        for code, role in ROLES.items()
        if code in codes and not COVERED_BY.get(code, set()) & codes
    ]


@dataclass(frozen=True)
class Office:
    """An office in a group that an appointment names, and the role it gives."""

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
        # A deputy acting for the leader, in writing and with dates; counts only while the person is a deputy too.
        Office("delegate", _("Deputy, delegated"), DELEGATED, 10),
    )
}
# Offices that a group's leader fills; leaders, coordinators and network support are appointed above the group.
FILLED_BY_LEADER = frozenset({"deputy_chair", "vice_chair", "programme_officer", "treasurer", "focal_point"})
