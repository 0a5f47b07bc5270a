"""What the database refuses about targets and reports: moves that are not written, decisions in an own matter,
changes of what was sent."""

from core.guards import Guard, listed, moves, refuse, require, when
from reporting.states import (
    COMMENT_MOVES,
    EDITABLE,
    MOVES,
    TARGET_MOVES,
    TARGETS_EDITABLE,
    CommentState,
    Outcome,
    ReportState,
    TargetSetState,
)

_EDITABLE, _TARGETS_EDITABLE = listed(EDITABLE), listed(TARGETS_EDITABLE)
_WITH_OFFICE_OR_PUBLISHED = listed([ReportState.SUBMITTED, ReportState.ACCEPTED])

TARGET_SET = (moves("reporting_targetset", TARGET_MOVES, starts=[TargetSetState.DRAFT]),)

TARGET = (
    Guard(
        "reporting_target_open",
        ("INSERT", "UPDATE", "DELETE"),
        refuse(
            "target_dropped_for_good",
            "A dropped target does not change.",
            when="TG_OP <> 'INSERT' AND OLD.dropped_at IS NOT NULL",
            owner_may=True,
        )
        + refuse(
            "target_in_its_set",
            "A target stays in its set.",
            when="TG_OP = 'UPDATE' AND OLD.target_set_id <> NEW.target_set_id",
        )
        # The set is locked, so its state is the one that counts until this transaction ends.
        + """
SELECT s.state, q.starts_on, q.ends_on INTO the_set
  FROM reporting_targetset s JOIN groups_quadrennium q ON q.id = s.quadrennium_id
  WHERE s.id = CASE TG_OP WHEN 'DELETE' THEN OLD.target_set_id ELSE NEW.target_set_id END FOR SHARE OF s;
"""
        + refuse(
            "target_set_open",
            "Targets change only while their set is with the group.",
            when=f"the_set.state IS NULL OR the_set.state NOT IN ({_TARGETS_EDITABLE})",
            owner_may=True,
        )
        + refuse(
            "target_due_in_quadrennium",
            "A target is due in a year of its quadrennium.",
            when="TG_OP <> 'DELETE' AND NEW.due_year"
            " NOT BETWEEN date_part('year', the_set.starts_on) AND date_part('year', the_set.ends_on)",
            owner_may=True,
        ),
        declare="the_set record;",
    ),
)

PROGRESS = (
    Guard(
        "reporting_progress_open",
        ("INSERT", "UPDATE", "DELETE"),
        # The report is locked, so its state is the one that counts until this transaction ends.
        """
entry := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
SELECT r.state INTO report_state FROM reporting_report r
  WHERE r.group_id = entry.group_id AND r.reporting_year_id = entry.year FOR SHARE;
"""
        + refuse(
            "progress_open",
            "Progress of a year does not change while its report is with the Chair's Office, nor after.",
            when=f"report_state IN ({_WITH_OFFICE_OR_PUBLISHED})",
            owner_may=True,
        )
        + refuse(
            "progress_of_its_target",
            "Progress stays with its target and year.",
            when="TG_OP = 'UPDATE' AND (OLD.target_id, OLD.year) <> (NEW.target_id, NEW.year)",
        )
        + require(
            "progress_in_quadrennium",
            "Progress is recorded on a target that was not dropped, in a year of its quadrennium.",
            row="reporting_target t JOIN reporting_targetset s ON s.id = t.target_set_id"
            " JOIN groups_quadrennium q ON q.id = s.quadrennium_id"
            " WHERE t.id = entry.target_id AND t.dropped_at IS NULL"
            " AND entry.year BETWEEN date_part('year', q.starts_on) AND date_part('year', q.ends_on)",
            owner_may=True,
        ),
        declare="entry reporting_progress;\n  report_state text;",
    ),
)

REPORT = (
    moves("reporting_report", MOVES, starts=[ReportState.DRAFT]),
    # The former state is followed by the row that proves the step.
    Guard(
        "reporting_report_proof",
        ("UPDATE",),
        when(
            f"OLD.state <> NEW.state AND NEW.state = '{ReportState.SUBMITTED}'",
            require(
                "report_sent_as_frozen",
                "A sent report has the frozen copy of the version that the person sent.",
                row="reporting_reportsubmission s WHERE s.report_id = NEW.id"
                " AND s.submitted_by_id = NEW.submitted_by_id AND s.submitted_at = NEW.submitted_at",
                owner_may=True,
            ),
        )
        + "\n"
        + when(
            f"OLD.state <> NEW.state AND NEW.state IN ({listed(Outcome)})",
            require(
                "report_decided_by_decision",
                "A report moves on by the decision about its last version.",
                row="reporting_reportsubmission s JOIN reporting_reportdecision d ON d.submission_id = s.id"
                " WHERE s.report_id = NEW.id AND d.outcome = NEW.state AND d.decided_by_id = NEW.decided_by_id"
                " AND s.number = (SELECT max(l.number) FROM reporting_reportsubmission l WHERE l.report_id = NEW.id)",
                owner_may=True,
            ),
        ),
    ),
)

REPORT_SECTION = (
    Guard(
        "reporting_reportsection_open",
        ("INSERT", "UPDATE", "DELETE"),
        refuse(
            "report_section_in_its_report",
            "A section stays in its report.",
            when="TG_OP = 'UPDATE' AND OLD.report_id <> NEW.report_id",
        )
        + require(
            "report_section_open",
            "Sections change only while the report is with the group.",
            row="reporting_report r"
            " WHERE r.id = CASE TG_OP WHEN 'DELETE' THEN OLD.report_id ELSE NEW.report_id END"
            f" AND r.state IN ({_EDITABLE})",
            lock="FOR SHARE",
            owner_may=True,
        ),
    ),
)

REPORT_SUBMISSION = (
    Guard(
        "reporting_reportsubmission_next",
        ("INSERT",),
        require(
            "report_submission_while_open",
            "A report is sent while it is with the group.",
            row=f"reporting_report r WHERE r.id = NEW.report_id AND r.state IN ({_EDITABLE})",
            lock="FOR SHARE",
            owner_may=True,
        )
        + refuse(
            "report_submission_numbered",
            "Versions of a report are numbered without a gap.",
            when="NEW.number <> 1 + coalesce((SELECT max(s.number) FROM reporting_reportsubmission s"
            " WHERE s.report_id = NEW.report_id), 0)",
            owner_may=True,
        ),
    ),
)

REPORT_DECISION = (
    Guard(
        "reporting_reportdecision_by_another",
        ("INSERT",),
        """
SELECT r.* INTO report FROM reporting_report r JOIN reporting_reportsubmission s ON s.report_id = r.id
  WHERE s.id = NEW.submission_id FOR SHARE OF r;
"""
        + refuse(
            "report_decision_on_last_version",
            "A decision is about the last version of a report that is with the Chair's Office.",
            when=f"report.state IS DISTINCT FROM '{ReportState.SUBMITTED}' OR EXISTS ("
            "SELECT 1 FROM reporting_reportsubmission l, reporting_reportsubmission s WHERE s.id = NEW.submission_id"
            " AND l.report_id = s.report_id AND l.number > s.number)",
            owner_may=True,
        )
        # The audit trail knows more writers, and the application asks it too (reporting.reports.access).
        + refuse(
            "report_decision_not_own",
            "A person does not decide about a report that they sent or wrote.",
            when="EXISTS (SELECT 1 FROM reporting_reportsubmission s"
            " WHERE s.report_id = report.id AND s.submitted_by_id = NEW.decided_by_id)"
            " OR EXISTS (SELECT 1 FROM reporting_reportsection t"
            " WHERE t.report_id = report.id AND t.edited_by_id = NEW.decided_by_id)"
            " OR EXISTS (SELECT 1 FROM reporting_progress p WHERE p.group_id = report.group_id"
            " AND p.year = report.reporting_year_id AND p.recorded_by_id = NEW.decided_by_id)",
        ),
        declare="report reporting_report;",
    ),
)

_WRITTEN = (
    "report_id, section_key, submission_number, from_office, staff_only, text, written_by_id, written_at"
)
_FORMER, _LATER = (", ".join(f"{row}.{name}" for name in _WRITTEN.split(", ")) for row in ("OLD", "NEW"))
REVIEW_COMMENT = (
    moves("reporting_reviewcomment", COMMENT_MOVES, starts=list(CommentState)),
    Guard(
        "reporting_reviewcomment_kept",
        ("UPDATE",),
        refuse(
            "comment_kept",
            "Only the state of a comment changes.",
            when=f"({_FORMER}) IS DISTINCT FROM ({_LATER})",
        ),
    ),
)
