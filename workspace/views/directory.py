"""The public directory of all groups."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock, scope
from groups import queries
from groups.access import public_page
from groups.models import all_categories
from groups.sections import BY_SLUG, groups_in
from members.summary import member_counts

PER_PAGE = 25


@public_page
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """All open groups by heading and kind, or the groups that a search by name, remit or leader finds."""
    with scope.read_everywhere("directory"):
        context = _directory(request)
    return render(request, "workspace/directory.html", context)


def _directory(request: HttpRequest) -> dict[str, Any]:
    words = " ".join(request.GET.get("q", "").split())[:80].replace("\x00", "")
    section = BY_SLUG.get(request.GET.get("section", ""))
    headings = queries.directory_headings()
    inside = [heading for heading in headings if section is None or heading.slug == section.slug]
    counts = {
        row.pk: sum(heading.by_category.get(row.pk, 0) for heading in inside) for row in all_categories()
    }
    kind = request.GET.get("kind", "")
    kind = kind if counts.get(kind) else ""
    groups = queries.found_groups(words)
    groups = groups.filter(groups_in(section)) if section else groups
    groups = groups.filter(category_id=kind) if kind else groups
    page = Paginator(groups, PER_PAGE).get_page(request.GET.get("page"))
    listed = [group.pk for group in page]
    leaders, sizes = queries.leaders_of(listed), member_counts(listed, clock.today())
    chosen = section.slug if section else ""
    return {
        "total": sum(heading.groups for heading in headings if heading.slug != "partner-centers"),
        "headings": [
            (heading.name, heading.groups, directory_url(section=heading.slug), heading.slug == chosen)
            for heading in headings
        ],
        "chips": _chips(words, chosen, kind, counts),
        "words": words,
        "section": str(section.name) if section else "",
        "kind": kind,
        "page": page,
        "rows": [(group, ", ".join(leaders.get(group.pk, [])), sizes.get(group.pk, 0)) for group in page],
        "found": page.paginator.count,
    }


def _chips(words: str, section: str, kind: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Links to the kinds of group under the heading; empty when there is nothing to choose."""
    kinds = [row for row in all_categories() if counts[row.pk]]
    if len(kinds) < 2:
        return []
    everything = directory_url(q=words, section=section)
    return [
        {"label": _("All kinds"), "url": everything, "current": not kind, "count": None},
        *(
            {
                "label": str(row),
                "url": directory_url(q=words, section=section, kind=row.pk),
                "current": row.pk == kind,
                "count": None if words else counts[row.pk],
            }
            for row in kinds
        ),
    ]


def directory_url(**query: str) -> str:
    """The address of the directory with these filters; empty values are left out."""
    given = {name: value for name, value in query.items() if value}
    return reverse("workspace:directory") + (f"?{urlencode(given)}" if given else "")
