"""The rail's link to a group's annual report."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_group
from groups.navigation import in_group

add_group(Link(_("Annual report"), "reporting:report-current", 40, when=in_group("reporting.view_report")))
