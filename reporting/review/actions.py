"""Acts of the Chair's Office on annual reports: comment, resolve, decide, extend (guidelines 8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit, clock
from core.errors import NotAllowed
from groups.access import roles_of
from groups.models import Group
from reporting.errors import AlreadyDecided, MovedOn, ReportLocked, WrongDeadline
from reporting.models import (
    Report,
    ReportDecision,
    ReportingYear,
    ReviewComment,
    TemplateSection,
)
from reporting.reports import mails
from reporting.reports.access import REVIEW, why_not_decide
from reporting.reports.actions import lock, start_report
from reporting.states import MOVES, CommentState, Outcome, ReportState


@dataclass(frozen=True)
class Decision:
    """A decision about the version with this number and digest, as `decide` takes it."""

    number: int
    sha256: str
    outcome: str
    message: str = ""
    answer_by: date | None = None


@transaction.atomic
def add_comment(
    *, report: Report, section_key: str, text: str, by: User, staff_only: bool = False
) -> ReviewComment:
    """Comment on one section of the version that was sent last; a staff note is never shown to the group.

    Posting the same comment twice in a row adds one comment. Raises NotAllowed, and ReportLocked for a report
    that was never sent or is published.
    """
    report = lock(report)
    if reason := why_not_decide(by, report):
        raise NotAllowed(reason)
    submission = report.submissions.last()
    if submission is None:
        raise ReportLocked(_("The group has not sent this report yet, so there is nothing to comment on."))
    if report.state == ReportState.ACCEPTED and not staff_only:
        raise ReportLocked(_("The report was accepted and is published. It can no longer change."))
    section = TemplateSection.objects.get(template=report.template_id, key=section_key)
    last = report.comments.filter(section_key=section_key).last()
    if last and last.written_by_id == by.pk and (last.text, last.staff_only) == (text, staff_only):
        return last
    comment: ReviewComment = ReviewComment.objects.create(
        group=report.group,
        report=report,
        section_key=section_key,
        submission_number=submission.number,
        from_office=True,
        staff_only=staff_only,
        text=text,
        state=CommentState.RESOLVED if staff_only else CommentState.OPEN,
        written_by=by,
        written_at=clock.now(),
    )
    # Leaders read the trail. They see neither the text of a staff note nor that there is one.
    verb = "reporting.note_written" if staff_only else "reporting.comment_written"
    audit.record(
        verb,
        by=by,
        about=comment,
        group=report.group,
        year=report.year,
        section=section.title_en,
        staff_only=staff_only,
    )
    return comment


@transaction.atomic
def resolve_comment(*, comment: ReviewComment, by: User) -> ReviewComment:
    """Mark a comment as settled. Marking it again changes nothing. Raises NotAllowed."""
    report = lock(comment.report)
    if reason := why_not_decide(by, report):
        raise NotAllowed(reason)
    comment = ReviewComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.state == CommentState.RESOLVED or not comment.from_office:
        return comment
    comment.state = CommentState.RESOLVED
    comment.save(update_fields=["state"])
    audit.record("reporting.comment_resolved", by=by, about=comment, group=report.group, year=report.year)
    return comment


@dataclass(frozen=True)
class NewComment:
    """One comment that a reviewer typed: for the group, or a note for staff only."""

    section_key: str
    text: str
    staff_only: bool = False


@transaction.atomic
def review_report(
    *,
    report: Report,
    by: User,
    comments: Iterable[NewComment] = (),
    settled: Iterable[int] = (),
    decision: Decision | None = None,
) -> ReportDecision | None:
    """Save all that a reviewer did on the page of a report in one step: settled comments, comments, the decision.

    `settled` are ids of the report's comments; other ids are ignored. Returns the decision, or None without one.
    Raises what `resolve_comment`, `add_comment` and `decide` raise; then nothing is saved.
    """
    for comment in report.comments.filter(pk__in=list(settled)):
        resolve_comment(comment=comment, by=by)
    for one in comments:
        add_comment(
            report=report, section_key=one.section_key, text=one.text, by=by, staff_only=one.staff_only
        )
    return decide(report=report, by=by, **vars(decision)) if decision else None


@transaction.atomic
def decide(
    *,
    report: Report,
    number: int,
    sha256: str,
    outcome: str,
    message: str,
    by: User,
    answer_by: date | None = None,
) -> ReportDecision:
    """Accept the version that was read, or send it back with a message. Each leader gets one mail.

    `number` and `sha256` name the version; an older version is refused. The same decision by the same person
    again changes nothing. Accepting a report publishes it at once. `answer_by` is the new deadline of a group
    whose report is sent back.
    Raises NotAllowed, MovedOn, AlreadyDecided, ReportLocked, WrongDeadline.
    """
    report = lock(report)
    if reason := why_not_decide(by, report):
        raise NotAllowed(reason)
    submission = report.submissions.select_related("decision__decided_by").last()
    if submission is None:
        raise ReportLocked(_("The group has not sent this report yet, so there is nothing to decide."))
    if (submission.number, submission.sha256) != (number, sha256):
        raise MovedOn(
            _("The group sent version %(number)d while you were reading. Read it before you decide.")
            % {"number": submission.number}
        )
    if earlier := getattr(submission, "decision", None):
        if (earlier.decided_by_id, earlier.outcome) == (by.pk, outcome):
            return earlier
        raise AlreadyDecided(_already(earlier))
    if outcome not in MOVES[ReportState(report.state)]:
        raise ReportLocked(_("A report in this state cannot be decided."))
    open_comments = list(report.comments.filter(from_office=True, staff_only=False, state=CommentState.OPEN))
    _check(outcome, message, len(open_comments), answer_by, report)

    now = clock.now()
    decision: ReportDecision = ReportDecision.objects.create(
        group=report.group,
        submission=submission,
        outcome=outcome,
        message=message,
        decided_at=now,
        decided_by=by,
    )
    report.state, report.decided_at, report.decided_by = outcome, now, by
    fields = ["state", "decided_at", "decided_by"]
    if outcome == Outcome.RETURNED:
        report.answer_by = answer_by
        fields.append("answer_by")
    report.save(update_fields=fields)
    verb = "reporting.report_accepted" if outcome == Outcome.ACCEPTED else "reporting.report_returned"
    audit.record(
        verb,
        by=by,
        about=report,
        group=report.group,
        year=report.year,
        number=submission.number,
        sha256=submission.sha256,
    )
    mails.report_decided(report, decision, open_comments)
    return decision


def _already(decision: ReportDecision) -> str:
    values = {"name": decision.decided_by.name, "number": decision.submission.number}
    if decision.outcome == Outcome.ACCEPTED:
        return _("%(name)s has already accepted version %(number)d.") % values
    return (
        _("%(name)s has already sent version %(number)d back. The group has to send it again first.") % values
    )


def _check(outcome: str, message: str, open_comments: int, answer_by: date | None, report: Report) -> None:
    """Check the decision's own fields: message, outcome and new deadline."""
    if outcome == Outcome.ACCEPTED and open_comments:
        raise ReportLocked(
            ngettext(
                "%(count)d comment is still open. Mark it as settled, or send the report back.",
                "%(count)d comments are still open. Mark them as settled, or send the report back.",
                open_comments,
            )
            % {"count": open_comments}
        )
    if outcome == Outcome.RETURNED and not open_comments and not message.strip():
        raise ReportLocked(_("Say what the group should change: write a message, or a comment on a section."))
    if outcome == Outcome.RETURNED and answer_by:
        _check_day(answer_by, report.due_on)


def _check_day(day: date, due_on: date) -> None:
    if day < clock.today():
        raise WrongDeadline(_("Choose a day that has not passed yet."))
    if day <= due_on:
        raise WrongDeadline(
            _("The report is due on %(day)s already. Choose a later day.")
            % {"day": date_format(due_on, "DATE_FORMAT")}
        )


@transaction.atomic
def extend_deadline(*, group: Group, year: ReportingYear, to: date, why: str, by: User) -> Report:
    """Give a group a later deadline with a reason. Leaders get a mail. The same day again changes nothing.

    Raises NotAllowed, ReportLocked, ReportNotOpen, WrongDeadline.
    """
    if not roles_of(by).may(REVIEW, group):
        raise NotAllowed(_("Only the Chair’s Office and the group’s network support give a group more time."))
    report = start_report(group=group, year=year, by=by)
    if report.extended_to == to:
        return report
    if not report.is_editable:
        raise ReportLocked(_("The report was sent already, so its deadline no longer matters."))
    _check_day(to, report.due_on)
    report.extended_to, report.extended_why = to, why
    report.answer_by = None  # the later day holds for an answer too
    report.save(update_fields=["extended_to", "extended_why", "answer_by"])
    audit.record(
        "reporting.deadline_extended",
        by=by,
        about=report,
        group=group,
        year=year.year,
        until=to.isoformat(),
        why=why,
    )
    mails.deadline_extended(report)
    return report
