"""Write the annual reports of the demo network for the chosen stage of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import AuditEntry
from demo import texts
from demo.network import Place, World
from demo.people import at, write
from demo.personas import GROUP
from demo.targets import PRESENT, Records, reporting_places, signers
from reporting.models import (
    Report,
    ReportDecision,
    ReportingYear,
    ReportSection,
    ReportSubmission,
    ReviewComment,
    TemplateSection,
)
from reporting.publication import snapshot
from reporting.states import Outcome, ReportState

REPORT_SHARES = {"accepted": 22, "submitted": 22, "returned": 9, "draft": 29, "none": 18}


def set_years(world: World) -> None:
    """Set when the reports of the present year open and are due, as the stage needs."""
    today = world.today
    opens, due = {
        "reporting-open": (today - timedelta(days=60), today - timedelta(days=9)),
        "targets-open": (today + timedelta(days=45), today + timedelta(days=140)),
        "renewal-open": (today + timedelta(days=20), today + timedelta(days=100)),
    }[world.stage]
    ReportingYear.objects.filter(year=PRESENT).update(opens_on=opens, due_on=due)


@dataclass
class _Draft:
    """A report that will be written, with its texts and the number of its submissions."""

    place: Place
    year: ReportingYear
    report: Report
    texts: dict[str, str]
    complete: int
    rounds: int = 1


def write_reports(world: World, records: Records) -> None:
    """Write the reports of all years. Past ones are accepted; this year's are in every state if they are open."""
    years = list(ReportingYear.objects.filter(year__lte=PRESENT).select_related("quadrennium", "template"))
    sections = {
        year.template_id: list(TemplateSection.objects.filter(template=year.template)) for year in years
    }
    drafts: list[_Draft] = []
    for place in reporting_places(world):
        for year in years:
            if place.closed and year.year >= 2023:
                continue
            if year.year < PRESENT:
                drafts.append(_past_report(world, place, year, sections[year.template_id]))
            elif world.stage == "reporting-open" and not place.closed:
                made = _present_report(world, place, year, sections[year.template_id])
                drafts += [made] if made else []
    write([draft.report for draft in drafts])
    write([row for draft in drafts for row in _sections(world, draft, sections[draft.year.template_id])])
    _submissions(world, drafts, records, sections)
    write([row for draft in drafts if draft.year.year == PRESENT for row in _comments(world, draft)])
    write([_act(draft) for draft in drafts if draft.year.year >= PRESENT - 1])


def _texts(world: World, place: Place, sections: list[TemplateSection], count: int) -> dict[str, str]:
    return {
        section.key: texts.fill(world.random.choice(texts.SECTIONS[section.key]), place.focus, world.random)
        for section in sections[:count]
    }


def _past_report(world: World, place: Place, year: ReportingYear, sections: list[TemplateSection]) -> _Draft:
    sender, office = signers(world, place, year.year)
    sent = world.past(
        year.opens_on + timedelta(days=20), year.due_on + timedelta(days=world.random.choice((0, 0, 25)))
    )
    report = Report(
        group=place.group,
        reporting_year=year,
        template=year.template,
        state=ReportState.ACCEPTED,
        started_at=at(year.opens_on),
        submitted_at=at(sent),
        submitted_by=sender,
        decided_at=at(sent + timedelta(days=world.random.randint(5, 40)), 14),
        decided_by=office,
    )
    rounds = 2 if world.random.random() < 0.15 else 1
    return _Draft(place, year, report, _texts(world, place, sections, len(sections)), len(sections), rounds)


def _present_report(
    world: World, place: Place, year: ReportingYear, sections: list[TemplateSection]
) -> _Draft | None:
    random, today = world.random, world.today
    state = random.choices(list(REPORT_SHARES), weights=list(REPORT_SHARES.values()))[0]
    is_demo = place.group.slug == GROUP
    if is_demo:
        state = "draft"
    if state == "none" or not (place.leaders or state == "draft"):
        return None
    sender, office = signers(world, place, year.year)
    report = Report(
        group=place.group,
        reporting_year=year,
        template=year.template,
        state=state,
        started_at=at(world.past(year.opens_on, year.opens_on + timedelta(days=20))),
    )
    if is_demo or random.random() < 0.1:
        report.extended_to = today + timedelta(days=12 if is_demo else 14)
        report.extended_why = "The leaders are in the field until the end of the season."
    if state != "draft":
        sent = world.past(year.opens_on + timedelta(days=21), today - timedelta(days=2))
        report.submitted_at, report.submitted_by = at(sent), sender
    if state in {"returned", "accepted"}:
        report.decided_at, report.decided_by = at(world.past(sent, sent + timedelta(days=12)), 18), office
    done = 7 if is_demo else random.randint(2, len(sections) - 1) if state == "draft" else len(sections)
    return _Draft(place, year, report, _texts(world, place, sections, done), done)


def _sections(world: World, draft: _Draft, sections: list[TemplateSection]) -> list[ReportSection]:
    writers = draft.place.writers or draft.place.seats[:1]
    rows = []
    for number, section in enumerate(sections):
        text = draft.texts.get(section.key, "")
        row = ReportSection(
            group=draft.place.group,
            report=draft.report,
            key=section.key,
            text=text,
            version=1 if text else 0,
            is_complete=number < draft.complete and bool(text),
        )
        if text:
            row.edited_by = writers[number % len(writers)]
            row.edited_at = draft.report.started_at + timedelta(days=number, hours=number)
            last = draft.report.submitted_at or at(world.today - timedelta(days=1))
            row.edited_at = min(row.edited_at, last)
        rows.append(row)
    return rows


def _submissions(
    world: World, drafts: list[_Draft], records: Records, sections: dict[int, list[TemplateSection]]
) -> None:
    """Write the submissions, with the same content as the portal stores, and the decisions of the office."""
    names = snapshot.Names.load()
    sent: list[ReportSubmission] = []
    decided: list[ReportDecision] = []
    for draft in drafts:
        report = draft.report
        if report.submitted_at is None:
            continue
        label = draft.year.quadrennium.label
        targets = records.targets.get((draft.place.group.pk, label), [])
        office = "chair" if len(draft.place.leaders) < 2 else "co_chair"
        present = draft.year.year >= PRESENT
        leaders = (draft.place.leaders if present else draft.place.leaders_before) or draft.place.leaders
        people = [(office, "", person.name) for person in leaders]
        people += [("red_list_coordinator", "", person.name) for person in draft.place.coordinators]
        content = snapshot.build(
            group=draft.place.group,
            year=draft.year,
            template=draft.year.template.version,
            sections=sections[draft.year.template_id],
            texts=draft.texts,
            targets=[(target, records.progress.get(target.pk, [])) for target in targets],
            people=people,
            members=draft.place.members_in.get(draft.year.year, 0),
            names=names,
        )
        for number in range(1, draft.rounds + 1):
            last = number == draft.rounds
            moment = report.submitted_at if last else report.submitted_at - timedelta(days=12)
            row = ReportSubmission(
                group=draft.place.group,
                report=report,
                number=number,
                submitted_at=moment,
                submitted_by=report.submitted_by,
                due_on=report.extended_to or draft.year.due_on,
                content=content,
                sha256=snapshot.digest(content),
            )
            sent.append(row)
            decided_at = report.decided_at if last else moment + timedelta(days=5)
            if decided_at is None:
                continue
            accepted = last and report.state == ReportState.ACCEPTED
            decided.append(
                ReportDecision(
                    group=draft.place.group,
                    submission=row,
                    outcome=Outcome.ACCEPTED if accepted else Outcome.RETURNED,
                    message="Thank you for this report."
                    if accepted
                    else world.random.choice(texts.RETURN_WORDS),
                    decided_at=decided_at,
                    decided_by=report.decided_by or draft.place.support,
                )
            )
    write(sent)
    write(decided)


def _comments(world: World, draft: _Draft) -> list[ReviewComment]:
    report = draft.report
    if report.state != ReportState.RETURNED or report.decided_at is None:
        return []
    moment: datetime = report.decided_at - timedelta(hours=1)
    return [
        ReviewComment(
            group=draft.place.group,
            report=report,
            section_key=key,
            submission_number=draft.rounds,
            from_office=True,
            text=text,
            written_by=report.decided_by,
            written_at=moment,
        )
        for key, text in zip(
            ("assess", "act", "network"), world.random.sample(texts.COMMENTS, 3), strict=True
        )
    ]


def _act(draft: _Draft) -> AuditEntry:
    """Return an audit entry for the last act about a report, for recent activity."""
    report = draft.report
    beginner = (draft.place.writers or draft.place.seats)[0]
    verb, by, moment = {
        ReportState.DRAFT: (
            "reporting.report_started",
            beginner,
            report.started_at,
        ),
        ReportState.SUBMITTED: ("reporting.report_submitted", report.submitted_by, report.submitted_at),
        ReportState.RETURNED: ("reporting.report_returned", report.decided_by, report.decided_at),
        ReportState.ACCEPTED: ("reporting.report_accepted", report.decided_by, report.decided_at),
    }[ReportState(report.state)]
    assert moment is not None
    return AuditEntry(
        at=moment,
        verb=verb,
        by=by,
        role="",
        channel="page",
        group_id=draft.place.group.pk,
        about_type="reporting.report",
        about_id=report.pk,
        detail={"year": draft.year.year, "number": draft.rounds},
    )
