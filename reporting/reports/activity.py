"""The sentences about acts on annual reports in the group's history."""

from django.utils.translation import gettext_lazy as _

from groups.activity import register

SENTENCES = {
    "reporting.report_started": _("%(by)s began the annual report %(year)s."),
    "reporting.section_saved": _("%(by)s wrote in the annual report %(year)s: %(section)s."),
    "reporting.report_shared": _("%(by)s let %(name)s write the annual report %(year)s until %(until)s."),
    "reporting.share_ended": _("%(by)s ended what %(name)s could do in the annual report %(year)s."),
    "reporting.report_submitted": _("%(by)s sent version %(number)s of the annual report %(year)s."),
    "reporting.comment_written": _("%(by)s commented on the annual report %(year)s: %(section)s."),
    "reporting.comment_answered": _("%(by)s answered a comment on the annual report %(year)s: %(section)s."),
    "reporting.comment_resolved": _("%(by)s marked a comment on the annual report %(year)s as settled."),
    "reporting.report_returned": _("%(by)s sent back version %(number)s of the annual report %(year)s."),
    "reporting.report_accepted": _("%(by)s accepted version %(number)s of the annual report %(year)s."),
    "reporting.deadline_extended": _("%(by)s gave the group until %(until)s for the annual report %(year)s."),
}

# A note of the office is never shown to the group, and neither is that one was written.
NOTES = {
    "reporting.note_written": _(
        "%(by)s wrote a note about the annual report %(year)s for the Chair’s Office."
    ),
}

register(SENTENCES)
register(NOTES, office_only=True)
