"""Pages for everybody: the directory and a group's public page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import clock, scope
from core.addresses import address
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
    return address("groups:directory") + (f"?{urlencode(kept)}" if kept else "")


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
    found = queries.found_groups(words)
    if section:
        found = found.filter(groups_in(section))
    inside = [shelf for shelf in shelves if section is None or shelf.slug == section.slug]
    names = {row.pk: str(row) for row in all_categories()}
    counts = {code: sum(shelf.by_category.get(code, 0) for shelf in inside) for code in names}
    kind = request.GET.get("kind", "")
    kind = kind if counts.get(kind) else ""
    if kind:
        found = found.filter(category_id=kind)
    pages = Paginator(found, PER_PAGE)
    if not words:
        pages.count = counts[kind] if kind else sum(shelf.groups for shelf in inside)  # counted already
    page = pages.get_page(request.GET.get("page"))
    place = section.slug if section else ""
    chips = [
        {"label": _("All kinds"), "url": _link(q=words, section=place), "current": not kind, "count": None}
    ]
    chips += [
        {
            "label": names[code],
            "url": _link(q=words, section=place, kind=code),
            "current": code == kind,
            "count": None if words else count,
        }
        for code, count in counts.items()
        if count
    ]
    partners = sum(shelf.groups for shelf in shelves if shelf.slug == "partner-centers")
    return {
        "total": sum(shelf.groups for shelf in shelves) - partners,
        "shelves": [(shelf, _link(section=shelf.slug), shelf.slug == place) for shelf in shelves],
        "words": words,
        "section": section,
        "kind": kind,
        "chips": chips if len(chips) > 2 else [],
        "page": page,
        "rows": _rows(page.object_list),
        "found": page.paginator.count,
    }


@dataclass(frozen=True)
class Row:
    """One line of the directory, ready to print."""

    url: str
    name: str
    remit: str
    leaders: str
    members: str
    unit: str


def _rows(groups: QuerySet[Group]) -> list[Row]:
    """The groups of one page with leaders and size, in three queries."""
    found = {pk: rest for pk, *rest in groups.values_list("pk", "slug", "name", "remit")}
    leaders, sizes = queries.leaders_of(found), panels.head_counts(found, clock.today())
    rows = []
    for pk, (slug, name, remit) in found.items():
        size = sizes.get(pk, 0)
        rows.append(
            Row(
                url=address("groups:group-detail", slug),
                name=name,
                remit=remit or "–",
                leaders=", ".join(leaders.get(pk, [])) or "–",
                members=str(size or "–"),
                unit=" " + ngettext("member", "members", size) if size else "",
            )
        )
    return rows


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
