"""Pages for everybody: the directory and a group's public page."""

from __future__ import annotations

from datetime import date
from typing import Any

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
from groups.models import Category, Group, GroupLogo
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
    words = " ".join(request.GET.get("q", "").split())[:80].replace("\x00", "")
    shelves = queries.shelves()
    section = BY_SLUG.get(request.GET.get("section", ""))
    found = queries.found_groups(words)
    if section:
        found = found.filter(groups_in(section))
    inside = [shelf for shelf in shelves if section is None or shelf.slug == section.slug]
    names = {row.pk: str(row) for row in Category.objects.all()}
    counts = {code: sum(shelf.by_category.get(code, 0) for shelf in inside) for code in names}
    kind = request.GET.get("kind", "")
    kind = kind if counts.get(kind) else ""
    if kind:
        found = found.filter(category_id=kind)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = _rows(list(page.object_list))
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
    context = {
        "total": sum(shelf.groups for shelf in shelves) - partners,
        "shelves": [(shelf, _link(section=shelf.slug), shelf.slug == place) for shelf in shelves],
        "words": words,
        "section": section,
        "kind": kind,
        "chips": chips if len(chips) > 2 else [],
        "page": page,
        "rows": rows,
        "found": page.paginator.count,
    }
    return render(request, "groups/directory.html", context)


def _rows(groups: list[Group]) -> list[dict[str, Any]]:
    """The groups of one page with leaders and size, in two queries."""
    ids = [group.pk for group in groups]
    leaders, sizes = queries.leaders_of(ids), panels.head_counts(ids, clock.today())
    return [
        {"group": group, "leaders": ", ".join(leaders.get(group.pk, [])), "members": sizes.get(group.pk)}
        for group in groups
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
