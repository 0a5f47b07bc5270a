"""Published reports, for everybody: the list, a report as a page, as a PDF, and its figures."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import pdf, scope
from core.tables import csv_text
from groups.access import public_page
from groups.models import Group
from reporting.publication import queries
from reporting.publication.document import Publication
from reporting.publication.forms import PublishedFilter
from reporting.publication.pdf import file_name, report_pdf

PER_PAGE = 30


def _published(slug: str, year: int) -> tuple[Group, Publication]:
    """The published report of a group and year. Raises Http404 when there is none."""
    group = get_object_or_404(Group.objects.select_related("category"), slug=slug)
    with scope.group_scope(group):
        submission = queries.published_submission(group, year)
    if submission is None:
        raise Http404
    return group, Publication(
        submission.content,
        number=submission.number,
        published_on=submission.decision.decided_at.date(),
    )


@public_page
@require_safe
def published_list(request: HttpRequest) -> HttpResponse:
    """All published reports, by year and group."""
    years = queries.published_years()
    form = PublishedFilter(request.GET or None, years=years)
    year, words = (form.cleaned_data["year"], form.cleaned_data["q"]) if form.is_valid() else (None, "")
    with scope.read_everywhere("published-reports"):
        page = Paginator(queries.published(year, words), PER_PAGE).get_page(request.GET.get("page"))
        return render(
            request,
            "reporting/report_list.html",
            {
                "filter": form,
                "page": page,
                "narrowed": bool(year or words),
                "rows": [
                    {
                        "title": _("%(group)s: annual report %(year)s")
                        % {"group": report.group.name, "year": report.year},
                        "url": reverse("reporting:published-detail", args=[report.group.slug, report.year]),
                        "text": str(report.group.category),
                    }
                    for report in page
                ],
            },
        )


@public_page
@require_safe
def published_detail(request: HttpRequest, group: str, year: int) -> HttpResponse:
    """One published report as a page."""
    found, publication = _published(group, year)
    return render(
        request,
        "reporting/report_public.html",
        {"group": found, "year": year, "publication": publication, "base_url": settings.BASE_URL},
    )


@public_page
@require_safe
def published_pdf(request: HttpRequest, group: str, year: int) -> HttpResponse:
    """The same report as a PDF; an explanation with status 503 when no PDF can be made now."""
    found, publication = _published(group, year)
    try:
        content = report_pdf(publication)
    except pdf.PdfUnavailable as error:
        response = render(
            request,
            "reporting/report_no_pdf.html",
            {"group": found, "year": year, "publication": publication, "reason": str(error)},
            status=error.status,
        )
        response["Retry-After"] = "60"
        return response
    return _download(content, "application/pdf", file_name(publication))


@public_page
@require_safe
def published_figures(request: HttpRequest, group: str, year: int) -> HttpResponse:
    """The report's targets and figures for a spreadsheet."""
    _group, publication = _published(group, year)
    heading = [
        _("Code"),
        _("Part of the cycle"),
        _("Sub-category"),
        _("Target"),
        _("Planned"),
        _("Due year"),
        _("Reached by %(year)s") % {"year": year},
        _("State"),
    ]
    text = csv_text([heading, *publication.table])
    name = file_name(publication).removesuffix(".pdf") + "-figures.csv"
    return _download(text.encode(), "text/csv; charset=utf-8", name)


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
