"""The list of members as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import all_regions
from members.queries import MemberRow


def member_table(rows: Iterable[MemberRow]) -> list[list[object]]:
    """A heading row, then one row for each member, with the columns that the reader may see."""
    heading: list[object] = [
        _("Family name"),
        _("Given name"),
        _("Email address"),
        _("Country"),
        _("Region"),
        _("Institution"),
        _("Expertise"),
        _("Offices"),
        _("Member since"),
    ]
    regions = {one.pk: one for one in all_regions()}
    lines: list[list[object]] = [
        [
            row.family_name,
            row.given_name,
            row.contact,
            row.country_name,
            regions.get(row.region, "") if row.region else "",
            row.institution,
            row.expertise,
            "; ".join(row.offices),
            row.since,
        ]
        for row in rows
    ]
    return [heading, *lines]
