"""Acts of a group on its annual report: write, share, send (guidelines 8.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit, clock
from core.errors import Conflict, NotAllowed
from core.mail import limits
from groups.models import Group
from members.models import Membership
from reporting.errors import MovedOn, ReportIncomplete, ReportLocked, ReportNotOpen
from reporting.models import (
    Report,
    ReportGrant,
    ReportGrantEnding,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    ReviewComment,
    TemplateSection,
)
from reporting.publication import snapshot
from reporting.reports import mails
from reporting.reports.access import rights_of, why_not_writable
from reporting.reports.queries import RecordedTarget, SectionRow, section_rows, target_rows
from reporting.states import CommentState, ReportState


def why_not_open(group: Group, year: ReportingYear) -> str | None:
    """Why the group writes no report for the year now, in a sentence; None when it may."""
    if clock.today() < year.opens_on:
        return _("The %(year)s report opens on %(day)s.") % {
            "year": year.year,
            "day": date_format(year.opens_on, "DATE_FORMAT"),
        }
    if not Group.objects.reporting(year.year).filter(pk=group.pk).exists():
        return _("This group owes no report for %(year)s.") % {"year": year.year}
    return None


def start_report(*, group: Group, year: ReportingYear, by: User) -> Report:
    """Return the group's report of the year, locked until the transaction ends. Begin the report if there is none.

    The caller has opened a transaction and the group's scope. Raises ReportNotOpen.
    """
    report, created = Report.objects.get_or_create(
        group=group, reporting_year=year, defaults={"template_id": year.template_id}
    )
    if created:
        if reason := why_not_open(group, year):
            raise ReportNotOpen(reason)
        audit.record("reporting.report_started", by=by, about=report, group=group, year=year.year)
    return lock(report)


def lock(report: Report) -> Report:
    """Lock the report's row and return it as it is now."""
    rows = Report.objects.select_for_update(of=("self",)).select_related(
        "reporting_year", "template", "group"
    )
    locked: Report = rows.get(pk=report.pk)
    return locked


@transaction.atomic
def save_section(
    *, group: Group, year: ReportingYear, key: str, text: str, is_complete: bool, version: int, by: User
) -> ReportSection:
    """Save one section. `version` is the version that the writer saw.

    Saving the same text twice changes nothing. Raises Conflict with both texts when another person saved first,
    NotAllowed for a section that the person may not write, ReportIncomplete when an empty section is marked
    complete, ReportLocked, ReportNotOpen.
    """
    report = start_report(group=group, year=year, by=by)
    section = TemplateSection.objects.get(template=report.template_id, key=key)
    if not rights_of(by, group, year.year).writes(section):
        raise NotAllowed(_("You cannot edit this section with your role."))
    if reason := why_not_writable(report):
        raise ReportLocked(reason)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if is_complete and not text:
        raise ReportIncomplete(
            _("Write a sentence before you call the section complete, even if it is “Nothing to report”.")
        )
    row, _new = ReportSection.objects.get_or_create(group=group, report=report, key=key)
    if (row.text, row.is_complete) == (text, is_complete):
        return row
    if row.version != version:
        raise Conflict(
            _(
                "Somebody else saved this section while you were writing. Nothing is lost: both texts are shown."
            ),
            theirs={"text": row.text},
            yours={"text": text},
        )
    row.text, row.is_complete, row.version = text, is_complete, row.version + 1
    row.edited_by, row.edited_at = by, clock.now()
    row.save(update_fields=["text", "is_complete", "version", "edited_by", "edited_at"])
    audit.record(
        "reporting.section_saved", by=by, about=row, group=group, year=year.year, section=section.title_en
    )
    return row


def revision_of(rows: Iterable[SectionRow], targets: Iterable[RecordedTarget]) -> str:
    """A short hash of what a leader sees before sending: the versions of all texts and all progress."""
    parts = [f"{row.key}:{row.version}" for row in rows]
    parts += [
        f"{row.target.pk}:{row.target.version}:{row.progress.version if row.progress else 0}"
        for row in targets
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


@transaction.atomic
def submit_report(*, report: Report, by: User, revision: str | None = None) -> Report:
    """Send a group's annual report to the Chair's Office, with a frozen copy of its content.

    Sending a sent report changes nothing, so a double click is harmless. `revision` is the result of `revision_of`
    when the page was shown. After the commit, leaders and the assigned network support each get a mail.
    Raises NotAllowed, ReportLocked, ReportIncomplete, MovedOn.
    """
    report = lock(report)
    if not rights_of(by, report.group, report.year).submits:
        raise NotAllowed(_("Only a leader of the group sends the report."))
    if report.state == ReportState.SUBMITTED:
        return report
    if reason := why_not_writable(report):
        raise ReportLocked(reason)
    rows = section_rows(report, report.reporting_year)
    if missing := [row for row in rows if not row.is_complete]:
        raise ReportIncomplete(
            ngettext(
                "%(count)d section is not complete yet: %(names)s.",
                "%(count)d sections are not complete yet: %(names)s.",
                len(missing),
            )
            % {"count": len(missing), "names": ", ".join(str(row.template) for row in missing)}
        )
    if revision is not None and revision != revision_of(
        rows, target_rows(report.group, report.reporting_year)
    ):
        raise MovedOn(
            _("Somebody changed the report after you opened this page. Read it again, then send it.")
        )

    content = snapshot.freeze(report)
    before = report.submissions.last()
    now = clock.now()
    submission = ReportSubmission.objects.create(
        group=report.group,
        report=report,
        number=before.number + 1 if before else 1,
        submitted_at=now,
        submitted_by=by,
        due_on=report.due_on,
        content=content,
        sha256=snapshot.digest(content),
    )
    report.state, report.submitted_at, report.submitted_by = ReportState.SUBMITTED, now, by
    report.save(update_fields=["state", "submitted_at", "submitted_by"])
    audit.record(
        "reporting.report_submitted",
        by=by,
        about=report,
        group=report.group,
        year=report.year,
        number=submission.number,
        sha256=submission.sha256,
    )
    mails.report_submitted(report, submission)
    return report


@transaction.atomic
def share_report(*, group: Group, year: ReportingYear, person: User, ends_on: date, by: User) -> ReportGrant:
    """Let a member write every section of this one report until a day, while the membership lasts.

    Sharing again until another day ends the earlier grant; until the same day it changes nothing.

    Raises NotAllowed unless `by` is a leader and `person` is a member, ReportLocked, TooManyMails.
    """
    report = start_report(group=group, year=year, by=by)
    if not rights_of(by, group, year.year).shares:
        raise NotAllowed(_("Only a leader of the group shares the report."))
    if reason := why_not_writable(report):
        raise ReportLocked(reason)
    if not Membership.objects.on().of(person).exists():
        raise NotAllowed(_("A report is shared with members of the group. Invite the person first."))
    for earlier in ReportGrant.objects.on().filter(user=person, content_object=report):
        if earlier.ends_on == ends_on:
            return earlier
        _end_grant(
            earlier, by=by, from_day=clock.today(), reason=_("The report was shared until another day.")
        )
    if again := limits.SHARES.free_at(mails.about_share(report, person), "queued_at"):
        raise limits.TooManyMails(
            _(
                "%(name)s got %(count)s emails about this report within a day. You can share it again after %(moment)s."
            )
            % {"name": person.name, "count": limits.SHARES.count, "moment": limits.moment_text(again)}
        )
    grant = ReportGrant.objects.create(
        user=person,
        permission=Permission.objects.get(codename="collaborate_report", content_type__app_label="reporting"),
        content_object=report,
        group=group,
        ends_on=ends_on,
        granted_by=by,
        granted_at=clock.now(),
    )
    audit.record(
        "reporting.report_shared",
        by=by,
        about=report,
        group=group,
        year=year.year,
        name=person.name,
        until=ends_on.isoformat(),
    )
    mails.report_shared(report, grant)
    return grant


@transaction.atomic
def end_share(*, grant: ReportGrant, by: User) -> ReportGrant:
    """End a grant at once. Ending an ended grant changes nothing. Raises NotAllowed."""
    report = lock(grant.content_object)
    if not rights_of(by, report.group, report.year).shares:
        raise NotAllowed(_("Only a leader of the group shares the report."))
    grant = ReportGrant.objects.select_related("user").get(pk=grant.pk)
    if ReportGrant.objects.on().filter(pk=grant.pk).exists():
        _end_grant(grant, by=by, from_day=clock.today(), reason="")
        _record_end(grant, report, by)
    return grant


@transaction.atomic
def end_shares_of(*, group: Group, person: User, by: User | None, from_day: date, reason: str) -> int:
    """End all grants of a person in a group whose membership ends on that day. Returns how many ended.

    The receiver of `membership_ended` calls this in the group's scope, in the transaction of the act.
    """
    grants = ReportGrant.objects.filter(group=group, user=person, ending=None, ends_on__gte=from_day)
    found = list(grants.select_related("user", "content_object").order_by("pk"))
    for grant in found:
        _end_grant(grant, by=by, from_day=from_day, reason=reason)
        _record_end(grant, grant.content_object, by)
    return len(found)


def _end_grant(grant: ReportGrant, *, by: User | None, from_day: date, reason: str) -> None:
    ReportGrantEnding.objects.create(
        group_id=grant.group_id,
        grant=grant,
        from_day=from_day,
        reason=reason[:300],
        made_by=by,
        made_at=clock.now(),
    )


def _record_end(grant: ReportGrant, report: Report, by: User | None) -> None:
    audit.record(
        "reporting.share_ended",
        by=by,
        about=report,
        group=grant.group_id,
        year=report.year,
        name=grant.user.name,
    )


@dataclass(frozen=True)
class SectionText:
    """What a writer typed in the form of one section, and the version that the writer saw."""

    text: str
    is_complete: bool
    version: int


@transaction.atomic
def save_section_page(
    *, group: Group, year: ReportingYear, key: str, by: User, section: SectionText | None, answer: str = ""
) -> None:
    """Save all that a writer typed on the page of one section in one step: the text and the answer to the office.

    `section` is None when the text can no longer change. Raises what `save_section` and `answer_comment` raise;
    then nothing is saved.
    """
    if section is not None:
        save_section(group=group, year=year, key=key, by=by, **vars(section))
    if answer:
        report = Report.objects.get(group=group, reporting_year=year)
        answer_comment(report=report, section_key=key, text=answer, by=by)


@transaction.atomic
def answer_comment(*, report: Report, section_key: str, text: str, by: User) -> ReviewComment:
    """Answer the office about one section. The section's open comments become answered.

    Raises NotAllowed for people who may not write the section, ReportLocked once the report is accepted.
    """
    report = lock(report)
    section = TemplateSection.objects.get(template=report.template_id, key=section_key)
    if not rights_of(by, report.group, report.year).writes(section):
        raise NotAllowed(_("Only people who can edit this section can answer."))
    if report.state == ReportState.ACCEPTED:
        raise ReportLocked(_("The report was accepted and is published. It can no longer change."))
    # A note of the office that the group cannot see makes no difference.
    last = report.comments.filter(section_key=section_key, staff_only=False).last()
    if last and not last.from_office and last.written_by_id == by.pk and last.text == text:
        return last  # the same answer sent twice
    number = report.submissions.count()
    comment: ReviewComment = ReviewComment.objects.create(
        group=report.group,
        report=report,
        section_key=section_key,
        submission_number=number,
        from_office=False,
        text=text,
        state=CommentState.ANSWERED,
        written_by=by,
        written_at=clock.now(),
    )
    for asked in report.comments.filter(
        section_key=section_key, from_office=True, staff_only=False, state=CommentState.OPEN
    ):
        asked.state = CommentState.ANSWERED
        asked.save(update_fields=["state"])
    audit.record(
        "reporting.comment_answered",
        by=by,
        about=comment,
        group=report.group,
        year=report.year,
        section=section.title_en,
    )
    return comment
