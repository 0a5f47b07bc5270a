"""Rules of targets and reports that said no."""

from core.errors import DomainError


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


class ReportLocked(DomainError):
    """The report cannot change in the state it is in."""

    code = "report_locked"


class ReportNotOpen(DomainError):
    """The year's reports have not opened, or the group owes none."""

    code = "report_not_open"


class ReportIncomplete(DomainError):
    """Something is missing before the report can be sent."""

    code = "report_incomplete"


class AlreadyDecided(DomainError):
    """Another decision about this version stands."""

    code = "already_decided"


class WrongDeadline(DomainError):
    """The day lies in the past or before the deadline that holds."""

    code = "wrong_deadline"
