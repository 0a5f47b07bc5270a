"""The public directory of all groups and partner centers."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock, scope
from core.sorting import Sort, read_sort
from core.sorting import headings as headings_that_sort
from groups import queries
from groups.access import public_page
from groups.models import Appointment, Group, all_categories
from groups.roles import RoleCode
from groups.sections import BY_SLUG, groups_in
from members.models import Membership
from members.summary import member_counts

PER_PAGE = 25
# What the list can be sorted by: the names in the address, and the columns.
SORTS = {"group": "sort_key", "remit": "remits", "leaders": "leaders", "members": "members"}
PARTNER_CENTERS = "partner-centers"


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
    sort = read_sort(request.GET.get("sort", ""), SORTS, "group")
    groups = _in_order(groups, sort)
    page = Paginator(groups, PER_PAGE).get_page(request.GET.get("page"))
    listed = [group.pk for group in page]
    leaders, sizes = queries.leaders_of(listed), member_counts(listed, clock.today())
    chosen = section.slug if section else ""
    by_slug = {heading.slug: heading.groups for heading in headings}
    centers = by_slug.get(PARTNER_CENTERS, 0)
    return {
        # Centers for Species Survival are partners of the Chair's Office and not groups: two numbers count them apart.
        "total": sum(by_slug.values()) - centers,
        "centers": centers,
        "columns": headings_that_sort(
            [
                {"label": _("Group"), "name": "group"},
                {"label": _("Looks after"), "name": "remit"},
                {"label": _("Leaders"), "name": "leaders"},
                {"label": _("Members"), "name": "members", "num": True},
            ],
            sort,
            {"q": words, "section": chosen, "kind": kind},
        ),
        "sort": "" if sort.text == "group" else sort.text,
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


def _in_order(groups: QuerySet[Group], sort: Sort) -> QuerySet[Group]:
    """The groups in this order; groups without a value come last, and equal ones by name."""
    today = clock.today()
    if sort.name == "members":
        counted = Membership.objects.on(today).filter(group=OuterRef("pk")).order_by().values("group")
        groups = groups.annotate(
            members=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), Value(0))
        )
    elif sort.name == "leaders":
        led = Appointment.objects.on(today).with_role(RoleCode.LEADER).filter(group=OuterRef("pk"))
        first = led.order_by("office", "person__sort_key").values("person__sort_key")[:1]
        groups = groups.annotate(leaders=Subquery(first))
    elif sort.name == "remit":
        groups = groups.annotate(remits=NullIf(Lower("remit"), Value("")))
    field = F(SORTS[sort.name])
    ordered = field.desc(nulls_last=True) if sort.descending else field.asc(nulls_last=True)
    return groups.order_by(ordered, "sort_key", "pk")


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
