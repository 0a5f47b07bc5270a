"""States of target sets and reports, the moves between them, and named sets of states."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TargetSetState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the Chair’s Office")
    RETURNED = "returned", pgettext_lazy("targets", "Sent back")
    AGREED = "agreed", _("Agreed")


class TargetSetStage(models.TextChoices):
    """The status of a group's targets of a quadrennium, for lists: the set's states and "Not started"."""

    NOT_STARTED = "none", _("Not started")
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the Chair’s Office")
    RETURNED = "returned", pgettext_lazy("targets", "Sent back")
    AGREED = "agreed", _("Agreed")


TARGETS_EDITABLE = [TargetSetState.DRAFT, TargetSetState.RETURNED]
TARGET_MOVES = {
    TargetSetState.DRAFT: {TargetSetState.SUBMITTED},
    TargetSetState.RETURNED: {TargetSetState.SUBMITTED},
    TargetSetState.SUBMITTED: {TargetSetState.RETURNED, TargetSetState.AGREED},
}


class ReportState(models.TextChoices):
    """The states of a report. A group that has not begun has no report row; lists show "Not started"."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the Chair’s Office")
    RETURNED = "returned", _("Sent back")
    ACCEPTED = "accepted", _("Accepted")


class ReportStage(models.TextChoices):
    """The status of a group's report of a year, for lists: the report's states and "Not started"."""

    NOT_STARTED = "none", _("Not started")
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("With the Chair’s Office")
    RETURNED = "returned", _("Sent back")
    ACCEPTED = "accepted", _("Accepted")


EDITABLE = [ReportState.DRAFT, ReportState.RETURNED]
MOVES = {
    ReportState.DRAFT: {ReportState.SUBMITTED},
    ReportState.RETURNED: {ReportState.SUBMITTED},
    ReportState.SUBMITTED: {ReportState.RETURNED, ReportState.ACCEPTED},
}


class Outcome(models.TextChoices):
    RETURNED = "returned", _("Sent back")
    ACCEPTED = "accepted", _("Accepted")


class CommentState(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    RESOLVED = "resolved", _("Resolved")


COMMENT_MOVES = {
    CommentState.OPEN: {CommentState.ANSWERED, CommentState.RESOLVED},
    CommentState.ANSWERED: {CommentState.RESOLVED},
}
