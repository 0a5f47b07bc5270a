"""Rules of groups and offices that say no."""

from core.errors import DomainError


class GroupClosed(DomainError):
    """A closed group changes no more."""

    code = "group-closed"


class NotAMember(DomainError):
    """Offices of a group are held by its members."""

    code = "not-a-member"


class OfficeRule(DomainError):
    """The dates, the person or the office do not fit together."""

    code = "office-rule"
