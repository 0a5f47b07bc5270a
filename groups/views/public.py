"""Pages for everybody: the directory and a group's public page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock, scope
from groups import panels, queries
from groups.access import public_page, request_roles
from groups.forms import DayQuery
from groups.models import Group, GroupLogo, all_categories
from groups.parts import leadership_on_page
from groups.sections import BY_SLUG, groups_in, section_of

PER_PAGE = 25
# A drawing of every member's stroke weighs; above this the count stands in words alone.
MOST_STROKES = 700


def asked_day(request: HttpRequest) -> date:
    """The day of `?on=`, never later than today; today when none or nonsense is given."""
    form = DayQuery(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    today = clock.today()
    return min(day, today) if day else today


def _link(**query: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return reverse("groups:directory") + (f"?{urlencode(kept)}" if kept else "")


@public_page
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """All open groups: by heading and category, or found by name, remit or leader."""
    with scope.read_everywhere("directory"):  # once for all that the page asks
        context = _directory(request)
    return render(request, "groups/directory.html", context)


def _directory(request: HttpRequest) -> dict[str, Any]:
    words = " ".join(request.GET.get("q", "").split())[:80].replace("\x00", "")
    shelves = queries.shelves()
    section = BY_SLUG.get(request.GET.get("section", ""))
    inside = [shelf for shelf in shelves if section is None or shelf.slug == section.slug]
    counts = {row.pk: sum(shelf.by_category.get(row.pk, 0) for shelf in inside) for row in all_categories()}
    kind = request.GET.get("kind", "")
    kind = kind if counts.get(kind) else ""
    if words:
        found = queries.found_groups(words)
        found = found.filter(groups_in(section)) if section else found
        found = found.filter(category_id=kind) if kind else found
        page = Paginator(found.values_list(*queries.LISTED), PER_PAGE).get_page(request.GET.get("page"))
        listed = page.object_list
    else:  # counted already
        places = range(counts[kind] if kind else sum(shelf.groups for shelf in inside))
        page = Paginator(places, PER_PAGE).get_page(request.GET.get("page"))
        listed = queries.listed_groups(inside, kind, page.object_list.start, PER_PAGE)
    return {
        "total": sum(shelf.groups for shelf in shelves if shelf.slug != "partner-centers"),
        "choices": Choices(shelves, counts, words, section.slug if section else "", kind),
        "words": words,
        "section": str(section.name) if section else "",
        "kind": kind,
        "page": page,
        "rows": _rows(listed),
        "found": page.paginator.count,
    }


@dataclass(frozen=True)
class Choices:
    """The headings and kinds to choose from, and what is chosen."""

    headings: list[queries.Shelf]
    counts: dict[str, int]
    words: str
    section: str
    kind: str

    @property
    def shelves(self) -> list[tuple[str, int, str, bool]]:
        """Each heading with its number of groups, its address, and whether it is chosen."""
        return [
            (shelf.name, shelf.groups, _link(section=shelf.slug), shelf.slug == self.section)
            for shelf in self.headings
        ]

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The kinds of group under the heading; none where there is nothing to choose."""
        chosen = {"q": self.words, "section": self.section}
        chips: list[dict[str, Any]] = [
            {"label": _("All kinds"), "url": _link(**chosen), "current": not self.kind, "count": None}
        ]
        chips += [
            {
                "label": str(row),
                "url": _link(**chosen, kind=row.pk),
                "current": row.pk == self.kind,
                "count": None if self.words else self.counts[row.pk],
            }
            for row in all_categories()
            if self.counts[row.pk]
        ]
        return chips if len(chips) > 2 else []


class Row(NamedTuple):
    """One line of the directory."""

    slug: str
    name: str
    remit: str
    leaders: str
    members: int


def _rows(groups: Iterable[tuple[int, str, str, str]]) -> list[Row]:
    """The groups of one page with leaders and size; two queries, and one where the groups are not read yet."""
    found = {pk: rest for pk, *rest in groups}
    leaders, sizes = queries.leaders_of(found), panels.head_counts(found, clock.today())
    return [
        Row(slug, name, remit, ", ".join(leaders.get(pk, [])), sizes.get(pk, 0))
        for pk, (slug, name, remit) in found.items()
    ]


@public_page
@require_safe
def group_detail(request: HttpRequest, group: str) -> HttpResponse:
    """What everybody may know of a group; `?on=2024-05-01` shows who led it that day."""
    found = get_object_or_404(Group.objects.select_related("category"), slug=group)
    day = asked_day(request)
    with scope.group_scope(found):
        offices = leadership_on_page(request, found, day)
        members = panels.head_counts([found.pk], day).get(found.pk, 0)
        main, side = panels.public_parts(request, found)
        has_logo = GroupLogo.objects.exists()
    section = section_of(found.category_id, found.subcategory)
    leaders = offices.with_role("LE")
    led_by = "\n".join(f"{one.person.name}, {one.office_name}" for one in leaders)
    facts = [
        {"term": _("Led by"), "value": led_by or _("Nobody at present")},
        {
            "term": _("Red List Authority coordinator"),
            "value": "\n".join(one.person.name for one in offices.with_role("RL")),
        },
        {"term": _("Looks after"), "value": found.remit},
        {"term": _("Host institution"), "value": found.host_institution},
        {"term": _("Website"), "value": found.website, "url": found.website},
    ]
    context = {
        "group": found,
        "section": section,
        "section_url": _link(section=section.slug),
        "facts": [fact for fact in facts if fact["value"]],
        "has_logo": has_logo,
        "members": members,
        "draw": 0 < members <= MOST_STROKES,
        "day": day,
        "is_past": day != clock.today(),
        "support": offices.with_role("NS") if not leaders else [],
        "main": main,
        "side": side,
        "inside": request_roles(request).may("groups.view_workspace", found),
        "takes_members": found.category.takes_members and not found.is_closed,
    }
    return render(request, "groups/group_public.html", context)
