"""Errors for acts that a rule about groups or offices refuses."""

from core.errors import DomainError


class GroupClosed(DomainError):
    """The group is closed and cannot be changed."""

    code = "group-closed"


class NotAMember(DomainError):
    """The person is not a member of the group and cannot get an office in it."""

    code = "not-a-member"


class OfficeRule(DomainError):
    """The dates, the person and the office do not fit together."""

    code = "office-rule"
