"""Pages of the Chair's Office: the network's reports in one year, their export, and the mail queue."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from core import audit, clock
from core.errors import DomainError
from core.htmx import HtmxRequest, asks_for_list, list_page
from core.kept import shown_on
from core.mail.models import OutgoingMail
from core.once import acts_once
from groups.access import AuthedRequest, office_page, request_roles
from groups.roles import Permission
from office import actions, exports, present, queries
from office.forms import FilterForm
from reporting.models import ReportingYear

ROWS = 25


def _grid_and_filters(request: HttpRequest) -> tuple[queries.Grid, FilterForm, queries.Filters] | None:
    """The grid of the requested year, and its filters as a form and as values; None before any year has opened.

    The page and the export both call this, so they show the same rows. Raises Http404 for a year that has not
    opened.
    """
    day = clock.today()
    years = queries.reporting_years(day)
    if not years:
        return None
    year = _year(request.GET.get("year", ""), years)
    grid = queries.network(request_roles(request), year, day)
    form = FilterForm(request.GET.dict(), grid, years)
    return grid, form, form.filters()


def _year(asked: str, years: list[ReportingYear]) -> ReportingYear:
    if not asked:
        return years[0]
    found = next((one for one in years if str(one.year) == asked), None)
    if found is None:
        raise Http404
    return found


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def dashboard(request: AuthedRequest) -> HttpResponse:
    """The dashboard: the state of every group's report of a year, the longest waits, and the list of groups."""
    found = _grid_and_filters(request)
    if found is None:
        return render(request, "office/no_year.html")
    grid, form, filters = found
    rows = filters.fitting(grid.rows)
    if asks_for_list(request) and _year_shown(request) != grid.year.year:
        return HttpResponseClientRedirect(request.get_full_path())  # all of the page is about its year
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    url = reverse("office:dashboard")
    clear_url = f"{url}?{urlencode({'year': grid.year.year})}#list"
    return list_page(
        request,
        "office/dashboard.html",
        {
            "grid": grid,
            "year": grid.year.year,
            "lead": present.lead(grid, clock.today()),
            "figures": present.figures(grid),
            "waiting": present.waiting_rows(grid, request_roles(request), request.user.pk, clock.today()),
            "waiting_columns": present.waiting_columns(),
            "waiting_more": len(grid.waiting) - present.WAITING,
            "chart": present.chart(grid),
            "filter_form": form,
            "page": page,
            "found": len(rows),
            "rows": present.report_rows(page, request_roles(request), clock.today()),
            "columns": present.report_columns(),
            "clear_url": clear_url,
            "shown_clear_url": clear_url if filters.query else "",
            "export_url": f"{reverse('office:report-export')}?{_query(grid, filters)}",
        },
    )


def _year_shown(request: HtmxRequest) -> int:
    """The year of the page that sent the htmx request; the newest year if its address names none."""
    asked = parse_qs(urlsplit(request.htmx.current_url or "").query).get("year", [""])[0]
    years = [one.year for one in queries.reporting_years(clock.today())]
    return next((year for year in years if str(year) == asked), years[0])


def _query(grid: queries.Grid, filters: queries.Filters) -> str:
    """The year and the chosen filters as the query of an address."""
    return urlencode({"year": str(grid.year.year), **filters.query})


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def report_export(request: AuthedRequest) -> HttpResponse:
    """The filtered list as CSV, with the same rows as the page. The audit trail records who downloaded it."""
    found = _grid_and_filters(request)
    if found is None:
        raise Http404
    grid, _form, filters = found
    rows = filters.fitting(grid.rows)
    audit.record(
        "office.reports_exported",
        by=request.user,
        about=grid.year,
        rows=len(rows),
        filters=_query(grid, filters),
    )
    response = HttpResponse(exports.report_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="annual-reports-{grid.year.year}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@office_page(Permission.VIEW_MAIL_QUEUE)
@require_safe
def mail_queue(request: AuthedRequest) -> HttpResponse:
    """The outbox: counts and mails in trouble, without addresses, subjects and texts."""
    found = queries.mail_queue()
    may_retry = request_roles(request).everywhere(Permission.RETRY_MAIL)
    return render(
        request,
        "office/mail_queue.html",
        {
            "figures": present.mail_figures(found),
            "oldest": found.oldest,
            "troubled": [(mail, present.without_addresses(mail.reason)) for mail in found.troubled],
            "may_retry": may_retry,
        },
    )


@office_page(Permission.RETRY_MAIL)
@require_POST
@shown_on("office:mail-queue")
@acts_once
def mail_retry(request: AuthedRequest, mail: int) -> HttpResponse:
    """Put one mail back into the queue."""
    try:
        actions.retry_mail(mail_id=mail, by=request.user)
    except OutgoingMail.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The mail is waiting again and leaves within a minute."))
    return redirect("office:mail-queue")
