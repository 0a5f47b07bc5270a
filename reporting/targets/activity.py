"""The sentences about acts on targets and progress in the group's history."""

from django.utils.translation import gettext_lazy as _

from groups.activity import register

SENTENCES = {
    "reporting.target_added": _("%(by)s added target %(code)s."),
    "reporting.target_changed": _("%(by)s changed target %(code)s."),
    "reporting.target_dropped": _("%(by)s dropped target %(code)s."),
    "reporting.targets_submitted": _("%(by)s sent the targets %(period)s to the Chair’s Office."),
    "reporting.targets_agreed": _("%(by)s agreed the targets %(period)s."),
    "reporting.targets_returned": _("%(by)s sent back the targets %(period)s."),
    "reporting.progress_recorded": _("%(by)s recorded the %(year)s progress of target %(code)s."),
}

register(SENTENCES)
