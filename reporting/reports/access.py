"""Who may read, write, send, share and decide an annual report. Pages, acts and files all ask here.

Offices are dated appointments. A grant lets one member write one report until a day (SECURITY-MODEL,
"Annual report"; guidelines 8.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from core import audit, clock, scope
from core.access import View, declare
from core.models import AuditEntry
from groups.access import GroupRequest, PersonRoles, group_named, request_roles, roles_of
from groups.models import Group
from groups.roles import Permission, RoleCode
from reporting.models import Progress, Report, ReportGrant, TemplateSection
from reporting.network import NO_INTEREST
from reporting.states import ReportState

if TYPE_CHECKING:
    from accounts.models import User

READ, WRITE, OWN = Permission.VIEW_REPORT, Permission.EDIT_REPORT, Permission.EDIT_OWN_SECTION
SUBMIT, SHARE, REVIEW = Permission.SUBMIT_REPORT, Permission.SHARE_REPORT, Permission.REVIEW_REPORT


@dataclass(frozen=True)
class ReportRights:
    """What one person may do with the report of one group and year, today."""

    held: PersonRoles
    group: Group
    granted: bool = False

    @property
    def reads(self) -> bool:
        """Whether the person may see the draft."""
        return self.granted or self.held.may(READ, self.group)

    @property
    def writes_all(self) -> bool:
        """Whether the person may write every section."""
        return self.granted or self.held.may(WRITE, self.group)

    def writes(self, section: TemplateSection) -> bool:
        """Whether the person may write this section: they write all, or the section belongs to their office."""
        if self.writes_all:
            return True
        codes = self.held.groups.get(self.group.pk, frozenset())
        return self.held.may(OWN, self.group) and bool(section.own_role) and section.own_role in codes

    @property
    def writes_some(self) -> bool:
        """Whether the person may write at least one section, if the template has one for the person's office."""
        return self.writes_all or self.held.may(OWN, self.group)

    @property
    def submits(self) -> bool:
        """Whether the person may send the report for the group."""
        return self.held.may(SUBMIT, self.group)

    @property
    def shares(self) -> bool:
        """Whether the person may let a member write in the report."""
        return self.held.may(SHARE, self.group)

    @property
    def reviews(self) -> bool:
        """Whether the person may comment and decide; `why_not_decide` then refuses people with an interest."""
        return self.held.may(REVIEW, self.group)


def rights_of(person: User, group: Group, year: int, held: PersonRoles | None = None) -> ReportRights:
    """The person's present rights on the group's report of the year; one query for offices, one for a grant."""
    held = held or roles_of(person)
    granted = False
    # Grants are for members: a grant ends with the membership, even before its own last day.
    if RoleCode.MEMBER in held.groups.get(group.pk, frozenset()) and not held.may(WRITE, group):
        granted = ReportGrant.objects.filter(
            user=person,
            permission__codename="collaborate_report",
            content_object__group=group,
            content_object__reporting_year=year,
            ends_on__gte=clock.today(),
        ).exists()
    return ReportRights(held, group, granted)


def report_page(
    needs: Callable[[ReportRights], bool], *, post: Callable[[ReportRights], bool] | None = None
) -> Any:
    """View decorator: a page about one group's report of one year (`<slug:group>`, `<int:year>`).

    It works like `group_page`, but a grant on the report counts too. The view gets `group`, `year` and
    `rights`. People without access to the group get 404, people of the group without the right 403. `post` is
    the right that a posted form needs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: GroupRequest, group: str, year: int, **kwargs: Any) -> HttpResponse:
            found = group_named(group)
            held = request_roles(request)
            if found is None or not held.knows(found):
                raise Http404
            with scope.group_scope(found):
                rights = rights_of(request.user, found, year, held)
                asked = post if post and request.method == "POST" else needs
                if not asked(rights):
                    raise PermissionDenied
                request.group = found
                audit.context(role=",".join(sorted(held.codes_in(found))))
                return view(request, group=found, year=year, rights=rights, **kwargs)

        return declare(guarded, "group", READ)

    return decorate


def why_not_writable(report: Report | None) -> str | None:
    """Why the sections cannot change, in a sentence; None when they can."""
    if report is None or report.is_editable:
        return None
    if report.state == ReportState.SUBMITTED:
        return _("The report is with the Chair’s Office and cannot change until they answer.")
    return _("The report was accepted and is published. It can no longer change.")


def has_worked_on(person: User, report: Report) -> bool:
    """Whether the person ever wrote in the report, sent it, or recorded progress for its year; one query.

    The audit trail names every writer, while a row names only the last one.
    """
    sections = report.sections.values("pk")
    entries = Progress.objects.filter(group=report.group_id, year=report.year)
    acts = AuditEntry.objects.filter(
        Q(about_type="reporting.reportsection", about_id__in=sections)
        | Q(about_type="reporting.progress", about_id__in=entries.values("pk")),
        by=person,
        group=report.group_id,
    )
    recorded = entries.filter(recorded_by=person).order_by()
    sent = report.submissions.filter(submitted_by=person).order_by()
    return acts.values("pk").union(recorded.values("pk"), sent.values("pk"), all=True).exists()


def why_not_decide(person: User, report: Report, held: PersonRoles | None = None) -> str | None:
    """Why the person may not decide about the report, in a sentence; None when they may.

    People may not decide about a report that they wrote or sent, or of a group in which they hold an office
    (SECURITY-MODEL, principle 11).
    """
    held = held or roles_of(person)
    if not held.may(REVIEW, report.group):
        return _("Only the Chair’s Office and the group’s network support decide about reports.")
    if held.groups.get(report.group_id, frozenset()) - NO_INTEREST:
        return _("You hold an office in this group. Ask a colleague to decide about its report.")
    if report.submitted_by_id == person.pk:
        return _("You sent this report. Ask a colleague to decide about it.")
    if has_worked_on(person, report):
        return _("You worked on this report. Ask a colleague to decide about it.")
    return None
