"""Errors for acts that the rules about membership do not allow."""

from core.errors import DomainError


class GroupTakesNobody(DomainError):
    """The group is closed, or its kind has no members."""

    code = "group_takes_nobody"


class AlreadyMember(DomainError):
    """The person belongs to the group already."""

    code = "already_member"


class HandshakeClosed(DomainError):
    """The invitation or request was declined or withdrawn, or nobody can sign it now."""

    code = "closed"
    status = 410


class LinkUsed(HandshakeClosed):
    """The invitation was accepted before."""

    code = "used"


class LinkExpired(HandshakeClosed):
    """The invitation has expired."""

    code = "expired"


class WrongAddress(DomainError):
    """The invitation is for an address that this person has not confirmed."""

    code = "wrong_address"
    status = 403


class ConditionsChanged(DomainError):
    """The person accepted conditions that are no longer in force."""

    code = "conditions_changed"
