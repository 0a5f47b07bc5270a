"""The rail's link to a group's targets."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_group
from groups.navigation import in_group

add_group(Link(_("Targets"), "reporting:target-list-current", 30, when=in_group("reporting.view_targets")))
