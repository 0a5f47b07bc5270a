"""Mails about annual reports: queued in the transaction of the change, in each reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.languages import in_language
from core.mail import limits
from core.mail.eligibility import about, check_row
from core.mail.models import OutgoingMail
from core.mail.outbox import queue_template
from groups.queries import people_in_office
from groups.roles import RoleCode
from reporting.models import Report, ReportDecision, ReportGrant, ReportSubmission, ReviewComment
from reporting.reports.access import rights_of
from reporting.states import Outcome, ReportState

# The words on the button, translated into the language of each mail.
BUTTONS = {
    "report_receipt": _("See the report"),
    "report_arrived": _("Read the report"),
    "report_accepted": _("See the published report"),
    "report_returned": _("Answer the comments"),
    "report_extended": _("Write the report"),
    "report_shared": _("Write the report"),
}


def _send(
    template: str,
    people: Iterable[User],
    report: Report,
    occasion: str,
    url_name: str,
    **context: Any,
) -> None:
    """Queue a mail for each person. Its check asks about the report, or about the grant, and the person."""
    for person in people:
        with translation.override(person.language):
            address = settings.BASE_URL + reverse(url_name, args=[report.group.slug, report.year])
        queue_template(
            f"reporting/emails/{template}",
            {
                "group": report.group,
                "year": report.year,
                "report": report,
                "button_url": address,
                "button_label": BUTTONS[template],
            }
            | context,
            key=f"{template}:{report.pk}:{occasion}:{person.pk}",
            recipient=person,
            still_due=about(f"reporting.{template}", context.get("grant", report), person, occasion),
        )


def report_submitted(report: Report, submission: ReportSubmission) -> None:
    """Tell every leader that the report was sent, and the assigned network support that it arrived."""
    occasion = str(submission.number)
    context = {"submission": submission, "by": submission.submitted_by}
    _send(
        "report_receipt",
        people_in_office([RoleCode.LEADER], clock.today()),
        report,
        occasion,
        "reporting:report-detail",
        **context,
    )
    support = people_in_office([RoleCode.NETWORK_SUPPORT], clock.today())
    _send("report_arrived", support, report, occasion, "reporting:report-review", **context)


def report_decided(report: Report, decision: ReportDecision, asked: Sequence[ReviewComment]) -> None:
    """Tell every leader and the sender of the report the decision, with all open comments in one mail.

    A sender who may no longer read the report gets nothing.
    """
    people = {person.pk: person for person in people_in_office([RoleCode.LEADER], clock.today())}
    sender = decision.submission.submitted_by
    if rights_of(sender, report.group, report.year).reads:
        people[sender.pk] = sender
    accepted = decision.outcome == Outcome.ACCEPTED
    template = "report_accepted" if accepted else "report_returned"
    url_name = "reporting:published-detail" if accepted else "reporting:report-detail"
    titles = {section.key: section for section in report.template.sections.all()}
    for person in people.values():
        comments = [
            {"title": in_language(titles[row.section_key], "title", person.language), "text": row.text}
            for row in asked
        ]
        occasion = str(decision.submission.number)
        _send(template, [person], report, occasion, url_name, decision=decision, comments=comments)


def deadline_extended(report: Report) -> None:
    """Tell every leader the new deadline and its reason."""
    occasion = report.extended_to.isoformat() if report.extended_to else ""
    _send(
        "report_extended",
        people_in_office([RoleCode.LEADER], clock.today()),
        report,
        occasion,
        "reporting:report-detail",
    )


def about_share(report: Report, person: User) -> QuerySet[OutgoingMail]:
    """All mails to the person that say what they may write in this report, for the limit."""
    return limits.mails(beginning=f"report_shared:{report.pk}:", recipient=person)


def report_shared(report: Report, grant: ReportGrant) -> None:
    """Tell a member what they may write in the report, and until when."""
    occasion = str(grant.pk)
    _send("report_shared", [grant.user], report, occasion, "reporting:report-detail", grant=grant)


# ---------------------------------------------------------------- What is asked before a mail is sent


def _has_office(reader: int, code: RoleCode) -> bool:
    return reader in {person.pk for person in people_in_office([code], clock.today())}


def _is_last(report: Report, state: ReportState, number: str) -> bool:
    """Whether the report is in this state, and this is the version that was sent last."""
    last = report.submissions.last()
    return report.state == state and last is not None and str(last.number) == number


def _reads(report: Report, reader: int) -> bool:
    person = User.objects.filter(pk=reader).first()
    return person is not None and rights_of(person, report.group, report.year).reads


@check_row("reporting.report_receipt", Report)
def receipt_is_true(report: Report, reader: int, number: str) -> bool:
    """This version is with the Chair's Office, and the reader leads the group."""
    return _is_last(report, ReportState.SUBMITTED, number) and _has_office(reader, RoleCode.LEADER)


@check_row("reporting.report_arrived", Report)
def report_is_to_review(report: Report, reader: int, number: str) -> bool:
    """This version is with the Chair's Office, and the reader is the group's network support."""
    return _is_last(report, ReportState.SUBMITTED, number) and _has_office(reader, RoleCode.NETWORK_SUPPORT)


@check_row("reporting.report_accepted", Report, "group")
def report_is_accepted(report: Report, reader: int, number: str) -> bool:
    """This version is accepted, and the reader may read it."""
    return _is_last(report, ReportState.ACCEPTED, number) and _reads(report, reader)


@check_row("reporting.report_returned", Report, "group")
def report_is_returned(report: Report, reader: int, number: str) -> bool:
    """This version is with the group again, and the reader may read the comments."""
    return _is_last(report, ReportState.RETURNED, number) and _reads(report, reader)


@check_row("reporting.report_extended", Report)
def deadline_is_this(report: Report, reader: int, day: str) -> bool:
    """The group is still writing and has this deadline, and the reader leads it."""
    same = report.extended_to is not None and report.extended_to.isoformat() == day
    return same and report.is_editable and _has_office(reader, RoleCode.LEADER)


@check_row("reporting.report_shared", ReportGrant, "content_object")
def grant_counts(grant: ReportGrant, reader: int, _occasion: str) -> bool:
    """The grant of this reader counts, and the report can be written."""
    counts = ReportGrant.objects.on().filter(pk=grant.pk, user=reader).exists()
    return counts and bool(grant.content_object.is_editable)
