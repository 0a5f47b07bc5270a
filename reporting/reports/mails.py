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
from core.mail.models import OutgoingMail
from core.mail.outbox import queue_template
from groups.queries import people_in_office
from groups.roles import RoleCode
from reporting.models import Report, ReportDecision, ReportGrant, ReportSubmission, ReviewComment
from reporting.states import Outcome

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
    template: str, people: Iterable[User], report: Report, occasion: str, url_name: str, **context: Any
) -> None:
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
    """Tell every leader and the sender of the report the decision, with all open comments in one mail."""
    people = {
        person.pk: person
        for person in [*people_in_office([RoleCode.LEADER], clock.today()), decision.submission.submitted_by]
    }
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
    occasion = f"{grant.user_id}:{grant.ends_on.isoformat()}:{grant.granted_at:%Y%m%d%H%M}"
    _send("report_shared", [grant.user], report, occasion, "reporting:report-detail", grant=grant)
