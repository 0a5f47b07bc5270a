"""The rail's link to a group's annual report, and the visitors' link to the published ones."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_group, add_main
from groups.navigation import in_group

add_group(Link(_("Annual report"), "reporting:report-current", 40, when=in_group("reporting.view_report")))
add_main(
    Link(
        _("Reports"),
        "reporting:published-list",
        45,
        when=lambda request: not request.user.is_authenticated,
        prefixes=("reports/",),
    )
)
