"""What a reviewer sees: one version, the changes since the version before, the conversation, the checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.models import Report, ReportSubmission, ReviewComment
from reporting.publication.document import Publication, SectionPart
from reporting.review.changes import Piece, word_changes
from reporting.states import CommentState, Outcome


@dataclass(frozen=True)
class ReviewedSection:
    """One section of the version under review."""

    part: SectionPart
    pieces: list[Piece]
    changed: bool
    talk: list[ReviewComment] = field(default_factory=list)

    @property
    def open_comments(self) -> int:
        """The number of comments that are neither answered nor settled."""
        return sum(c.from_office and not c.staff_only and c.state == CommentState.OPEN for c in self.talk)

    @property
    def asks_attention(self) -> bool:
        """Whether the text changed since the version before, or a comment is not settled."""
        return bool(self.changed or self.open_comments or self.answered)

    @property
    def answered(self) -> int:
        """The number of comments that the group answered and the office has not settled."""
        return sum(c.from_office and c.state == CommentState.ANSWERED for c in self.talk)


@dataclass(frozen=True)
class Check:
    """One line of the checks that a reviewer reads, with its figures."""

    kind: str
    text: str


@dataclass(frozen=True)
class ReviewEvent:
    """One line of the report's history: it was sent, or decided."""

    when: datetime
    text: str
    note: str = ""
    big: bool = False


@dataclass(frozen=True)
class Review:
    """Everything about one report under review."""

    report: Report
    submission: ReportSubmission
    previous: ReportSubmission | None
    publication: Publication
    sections: list[ReviewedSection]
    checks: list[Check]
    history: list[ReviewEvent]

    @property
    def changed(self) -> list[ReviewedSection]:
        """The sections that changed since the version before, or that have an unsettled comment."""
        return [one for one in self.sections if one.asks_attention]


def review_of(report: Report, *, notes: bool) -> Review | None:
    """The last version of the report with its changes and comments; three queries. None if it was never sent.

    `notes` adds the staff notes, for readers who may decide about the report.
    """
    submissions = list(report.submissions.select_related("submitted_by", "decision__decided_by"))
    if not submissions:
        return None
    submission = submissions[-1]
    previous = submissions[-2] if len(submissions) > 1 else None
    comments: dict[str, list[ReviewComment]] = {}
    talk = report.comments.select_related("written_by")
    for comment in talk if notes else talk.filter(staff_only=False):
        comments.setdefault(comment.section_key, []).append(comment)
    publication = Publication(submission.content, number=submission.number)
    before = {one["key"]: one["text"] for one in previous.content["sections"]} if previous else {}
    sections = []
    for part, raw in zip(publication.sections, submission.content["sections"], strict=True):
        old = before.get(part.key, "") if previous else raw["text"]
        sections.append(
            ReviewedSection(
                part, word_changes(old, raw["text"]), old != raw["text"], comments.get(part.key, [])
            )
        )
    return Review(
        report,
        submission,
        previous,
        publication,
        sections,
        list(_checks(report, submissions[0], submission.content, publication, sections)),
        list(_history(submissions)),
    )


def _timeliness(first: ReportSubmission) -> Check:
    """Whether the first version was sent by the deadline that held on that day."""
    days = {"sent": date_format(first.submitted_at, "DATE_FORMAT")}
    if first.due_on is None:
        return Check("info", _("First sent on %(sent)s (UTC)") % days)
    days["due"] = date_format(first.due_on, "DATE_FORMAT")
    if first.is_late:
        return Check("late", _("First sent on %(sent)s (UTC), after the deadline of %(due)s") % days)
    return Check("done", _("First sent on %(sent)s (UTC), before the deadline of %(due)s ended") % days)


def _checks(
    report: Report,
    first: ReportSubmission,
    content: dict[str, Any],
    publication: Publication,
    sections: list[ReviewedSection],
) -> list[Check]:
    empty = sum(not one["text"].strip() for one in content["sections"])
    silent = [line.code for line in publication.targets if not line.dropped and not line.status]
    opened, answered = sum(s.open_comments for s in sections), sum(s.answered for s in sections)
    checks = [
        Check("late", ngettext("%(n)d section is empty", "%(n)d sections are empty", empty) % {"n": empty})
        if empty
        else Check("done", _("Every section holds a text")),
        Check(
            "late",
            ngettext(
                "%(n)d target has no entry for %(year)s: %(codes)s",
                "%(n)d targets have no entry for %(year)s: %(codes)s",
                len(silent),
            )
            % {"n": len(silent), "year": report.year, "codes": ", ".join(silent)},
        )
        if silent
        else Check("done", _("Every target has an entry for %(year)s") % {"year": report.year}),
        _timeliness(first),
    ]
    if opened:
        text = ngettext("%(n)d comment is open", "%(n)d comments are open", opened) % {"n": opened}
        checks.append(Check("wait", text))
    if answered:
        text = ngettext(
            "%(n)d comment was answered and is not settled yet",
            "%(n)d comments were answered and are not settled yet",
            answered,
        )
        checks.append(Check("info", text % {"n": answered}))
    if not publication.targets:
        checks.append(Check("wait", _("The group has no targets for this quadrennium")))
    return checks


def _history(submissions: list[ReportSubmission]) -> list[ReviewEvent]:
    """When the report was sent and what was decided, newest first."""
    events = []
    for one in submissions:
        text = _("Version %(number)d sent by %(name)s") % {
            "number": one.number,
            "name": one.submitted_by.name,
        }
        late = ""
        if one.due_on and one.is_late:
            late = _("After the deadline of %(due)s") % {"due": date_format(one.due_on, "DATE_FORMAT")}
        events.append(ReviewEvent(one.submitted_at, text, late, big=True))
        if decision := getattr(one, "decision", None):
            words = (
                _("Accepted by %(name)s")
                if decision.outcome == Outcome.ACCEPTED
                else _("Sent back by %(name)s")
            )
            events.append(
                ReviewEvent(decision.decided_at, words % {"name": decision.decided_by.name}, decision.message)
            )
    return sorted(events, key=lambda event: event.when, reverse=True)
