"""Rules of targets and reports that said no."""

from core.errors import DomainError


class NotAllowed(DomainError):
    """The person's offices do not give this act, or it is their own matter."""

    code = "not_allowed"
    status = 403


class TargetsLocked(DomainError):
    """The targets cannot change in the state they are in."""

    code = "targets_locked"


class ProgressLocked(DomainError):
    """Progress of this year can no longer, or not yet, be recorded."""

    code = "progress_locked"


class NothingToSend(DomainError):
    """There is no target to send."""

    code = "nothing_to_send"


class MovedOn(DomainError):
    """What was read is no longer what stands."""

    code = "moved_on"


class WrongTarget(DomainError):
    """A target's answers do not fit each other or the plan of the period."""

    code = "wrong_target"
