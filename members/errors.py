"""Rules about membership that said no."""

from core.errors import DomainError


class GroupTakesNobody(DomainError):
    """The group is closed, or its kind has no members."""

    code = "group_takes_nobody"


class AlreadyMember(DomainError):
    """The person belongs to the group already."""

    code = "already_member"


class HandshakeClosed(DomainError):
    """The invitation or request was declined, withdrawn, or is not there to be signed."""

    code = "closed"
    status = 410


class LinkUsed(HandshakeClosed):
    """The invitation was accepted before."""

    code = "used"


class LinkExpired(HandshakeClosed):
    """The invitation's last day has passed."""

    code = "expired"


class WrongAddress(DomainError):
    """The invitation is for an address that this person has not proved to be theirs."""

    code = "wrong_address"
    status = 403


class ConditionsChanged(DomainError):
    """The conditions accepted are not the ones in force."""

    code = "conditions_changed"
