"""Errors for acts that the rules about targets and reports do not allow."""

from core.errors import DomainError


class TargetsLocked(DomainError):
    """The targets cannot change in the state they are in."""

    code = "targets_locked"


class ProgressLocked(DomainError):
    """Progress of this year cannot be recorded yet, or can no longer be recorded."""

    code = "progress_locked"


class NothingToSend(DomainError):
    """There is no target to send."""

    code = "nothing_to_send"


class MovedOn(DomainError):
    """The content changed after the person read it."""

    code = "moved_on"


class WrongTarget(DomainError):
    """The answers about a target contradict each other or the plan of the period."""

    code = "wrong_target"


class ReportLocked(DomainError):
    """The report cannot change in the state it is in."""

    code = "report_locked"


class ReportNotOpen(DomainError):
    """The year's reports have not opened, or the group does not report for that year."""

    code = "report_not_open"


class ReportIncomplete(DomainError):
    """Something is missing before the report can be sent."""

    code = "report_incomplete"


class AlreadyDecided(DomainError):
    """A different decision about this version was recorded already."""

    code = "already_decided"


class WrongDeadline(DomainError):
    """The new deadline is in the past or before the present deadline."""

    code = "wrong_deadline"
