"""Headings of the directory: the kinds of species that groups work on, as a reader would search for them.

The list of groups names a section for each group. A heading can contain several of these sections.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """One heading of the directory, and the section names of the list that it contains."""

    slug: str
    name: str | Promise
    gathers: tuple[str, ...] = ()


PARTNERS = "center-for-species-survival"
SECTIONS = (
    Section("mammals", _("Mammals"), ("Mammals",)),
    Section("plants", _("Plants"), ("Plants",)),
    Section("invertebrates", _("Invertebrates"), ("Invertebrates",)),
    Section("birds", _("Birds"), ("Birds",)),
    Section("reptiles-amphibians", _("Reptiles, amphibians"), ("Reptiles", "Amphibians")),
    Section("fishes", _("Fishes"), ("Fishes",)),
    Section("fungi", _("Fungi"), ("Fungi",)),
    Section("cross-cutting", _("Cross-cutting, national")),
    Section("partner-centers", _("Partner centers")),
)
BY_SLUG = {section.slug: section for section in SECTIONS}
_NAMED = {name: section for section in SECTIONS for name in section.gathers}


def section_of(category_id: str, subcategory: str) -> Section:
    """Return the heading under which the directory lists a group."""
    if category_id == PARTNERS:
        return BY_SLUG["partner-centers"]
    return _NAMED.get(subcategory, BY_SLUG["cross-cutting"])


def groups_in(section: Section) -> Q:
    """Return the condition that finds the groups of a heading."""
    if section.slug == "partner-centers":
        return Q(category_id=PARTNERS)
    if section.gathers:
        return Q(subcategory__in=section.gathers) & ~Q(category_id=PARTNERS)
    return ~Q(subcategory__in=list(_NAMED)) & ~Q(category_id=PARTNERS)
