"""The list of members as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from members.queries import MemberRow


def member_table(rows: Iterable[MemberRow]) -> list[list[object]]:
    """A heading row, then one row for each member, with what the reader may see."""
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
    lines: list[list[object]] = [
        [
            row.person.family_name,
            row.person.given_name,
            row.contact,
            row.person.country.name if row.person.country else "",
            row.person.region or "",
            row.person.institution,
            row.person.expertise,
            "; ".join(row.offices),
            row.since,
        ]
        for row in rows
    ]
    return [heading, *lines]
