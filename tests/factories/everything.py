"""One row of every tenant table in a group, for tests that read all tables. A test fails if a table is missing.

The owner writes the rows: some are in a state that pages and jobs reach by several acts only.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.models import User
from core import audit, clock, scope
from groups.models import Group, GroupLogo, Quadrennium
from members.models import Conditions, Handshake, MembershipEnding
from members.states import HandshakeOrigin, HandshakeState
from reporting.models import (
    CyclePair,
    Progress,
    Report,
    ReportDecision,
    ReportGrant,
    ReportGrantEnding,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    ReviewComment,
    Target,
    TargetSet,
    TargetStatus,
)
from reporting.states import Outcome, TargetSetState
from tests import factories
from tests.pg.owner import as_owner


def fill(group: Group, leader: User, other: User) -> None:
    """Give the group one row in every tenant table; `leader` and `other` are the two people who act."""
    now, period, status = clock.now(), Quadrennium.current(), TargetStatus.objects.first()
    assert period is not None
    assert status is not None
    year = ReportingYear.objects.filter(quadrennium=period).earliest("year")
    factories.end_appointment(factories.appoint(group, other, "treasurer"))
    member = factories.make_person("Member", f"of {group.slug}")
    with transaction.atomic(), scope.group_scope(group), as_owner():
        handshake = Handshake.objects.create(
            group=group,
            quadrennium=period,
            origin=HandshakeOrigin.INVITATION,
            state=HandshakeState.ACCEPTED,
            email=f"asked-{group.slug}@example.org",
            conditions=Conditions.in_force(),
            started_by=leader,
            leader_signed_by=leader,
            leader_signed_at=now,
            person=member,
            person_signed_at=now,
        )
        membership = factories.make_member(group, member, handshake=handshake)
        MembershipEnding.objects.create(
            group=group, membership=membership, from_day=date(period.starts_on.year, 12, 1)
        )
        targets = TargetSet.objects.create(
            group=group,
            quadrennium=period,
            state=TargetSetState.SUBMITTED,
            submitted_at=now,
            submitted_by=leader,
        )
        pair = CyclePair.objects.select_related("component", "subcategory").first()
        target = Target.objects.create(
            group=group,
            target_set=targets,
            number=1,
            component=pair.component,
            subcategory=pair.subcategory,
            text="Assess every species of the group",
            due_year=period.ends_on.year,
        )
        Progress.objects.create(
            group=group,
            target=target,
            year=year.pk,
            status=status,
            recorded_by=leader,
            recorded_at=now,
        )
        report = Report.objects.create(group=group, reporting_year=year, template=year.template)
        ReportSection.objects.create(group=group, report=report, key="assess", text="What we assessed")
        submission = ReportSubmission.objects.create(
            group=group,
            report=report,
            number=1,
            submitted_at=now,
            submitted_by=leader,
            content={},
            sha256="0" * 64,
        )
        ReportDecision.objects.create(
            group=group, submission=submission, outcome=Outcome.RETURNED, decided_at=now, decided_by=other
        )
        ReviewComment.objects.create(
            group=group,
            report=report,
            section_key="assess",
            submission_number=1,
            from_office=True,
            text="Which species?",
            written_by=other,
            written_at=now,
        )
        grant = ReportGrant.objects.create(
            group=group,
            content_object=report,
            user=other,
            permission=Permission.objects.get(codename="collaborate_report"),
            ends_on=clock.today(),
            granted_by=leader,
        )
        ReportGrantEnding.objects.create(group=group, grant=grant, from_day=clock.today(), made_by=leader)
        GroupLogo.objects.create(group=group, content=b"a drawing", width=64, height=64, sha256="0" * 64)
        audit.record("reporting.report_submitted", by=leader, about=report, group=group)
