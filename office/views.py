"""Pages of the Chair's Office: figures, the lists of reports and target sets with their exports, the mail queue."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import audit, clock
from core.errors import DomainError
from core.htmx import list_page
from core.kept import shown_on
from core.mail import live
from core.mail.models import OutgoingMail
from core.once import acts_once
from core.sorting import headings
from groups.access import AuthedRequest, office_page, request_roles
from groups.roles import Permission
from office import actions, exports, present, queries
from office.forms import FilterForm
from reporting.models import ReportingYear
from reporting.network import (
    ALL,
    REPORTS,
    TARGETS,
    Filters,
    Listing,
    Row,
    begun_periods,
    read_filters,
    report_rows,
    reporting_years,
    target_rows,
)

ROWS = 25
MAIL_ROWS = 50


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def dashboard(request: AuthedRequest) -> HttpResponse:
    """The dashboard: the figures of a year's reports, and what has waited longest for the Chair's Office."""
    day, held = clock.today(), request_roles(request)
    years = reporting_years(day)
    if not years:
        return render(request, "office/no_year.html")
    year = _year(request.GET.get("year", ""), years)
    grid = queries.network(held, year, day)
    return render(
        request,
        "office/dashboard.html",
        {
            "year": year.year,
            "grid": grid,
            "lead": present.lead(grid, day),
            "years": [
                {"label": str(one), "url": f"?year={one.year}", "count": None, "current": one == year}
                for one in years
            ],
            "figures": present.figures(grid),
            "waiting": present.waiting_rows(grid, held, request.user.pk, day),
            "waiting_columns": present.waiting_columns(),
            "waiting_lists": present.waiting_lists(grid),
            "chart": present.chart(grid),
            "mail_off": _mail_off(request),
        },
    )


def _mail_off(request: HttpRequest) -> str:
    """Why the portal sends no mail, for people who see the mail queue: "setting", "copy", or "" when it does."""
    return live.why_not() if request_roles(request).everywhere(Permission.VIEW_MAIL_QUEUE) else ""


def _year(asked: str, years: list[ReportingYear]) -> ReportingYear:
    if not asked:
        return years[0]
    found = next((one for one in years if str(one.year) == asked), None)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Listed:
    """What a list and its export both show: the rows that the filters keep, in order."""

    listing: Listing
    # The chosen year or quadrennium, or ALL; and those to choose from, as value and label.
    years: str
    offered: list[tuple[str, str]]
    every: list[Row]
    filters: Filters
    rows: list[Row]

    @property
    def query(self) -> str:
        """The list's query, with the years, the filters and the order."""
        return present.list_query(self.filters, self.years)


def _listed(request: HttpRequest, listing: Listing) -> Listed:
    """The list that the address asks for; the newest year without a choice. Raises Http404 for years not offered."""
    day, held = clock.today(), request_roles(request)
    asked = request.GET.get("years", "")
    if listing is REPORTS:
        years = {str(year): year for year in reporting_years(day)}
        offered = [(text, text) for text in years]
        chosen = _chosen(asked, list(years))
        every = report_rows(held, [years[text] for text in _spread(chosen, list(years))], day)
    else:
        periods = {f"{one.years[0]}-{one.years[-1]}": one for one in begun_periods(day)}
        offered = [(text, one.label) for text, one in periods.items()]
        chosen = _chosen(asked, list(periods))
        every = target_rows(held, [periods[text] for text in _spread(chosen, list(periods))], day)
    filters = read_filters(request.GET.dict(), every, listing)
    return Listed(listing, chosen, offered, every, filters, filters.fitting(every, listing))


def _chosen(asked: str, offered: list[str]) -> str:
    if not asked:
        return offered[0] if offered else ALL
    if asked != ALL and asked not in offered:
        raise Http404
    return asked


def _spread(chosen: str, offered: list[str]) -> list[str]:
    return offered if chosen == ALL else [chosen]


def _list(request: AuthedRequest, listing: Listing) -> HttpResponse:
    """A page of the list, with its filters, its order and the address of its export."""
    found = _listed(request, listing)
    page = Paginator(found.rows, ROWS).get_page(request.GET.get("page"))
    url = reverse(listing.url_name)
    clear_url = f"{url}?years={found.years}"
    columns = present.list_columns(listing)
    return list_page(
        request,
        "office/list.html",
        {
            "words": present.list_words(listing),
            "about_reports": listing is REPORTS,
            "filter_form": FilterForm(listing, found.filters, found.every, found.offered, found.years),
            "page": page,
            "found": len(found.rows),
            "all": len(found.every),
            "only_waiting": found.filters.query == {"state": "submitted"},
            "rows": present.list_lines(listing, page, request_roles(request), clock.today(), found.query),
            "columns": headings(columns, found.filters.sort, {"years": found.years, **found.filters.query}),
            "clear_url": clear_url,
            "shown_clear_url": clear_url if found.filters.query else "",
            "export_url": f"{reverse(listing.export_url_name)}?{found.query}",
        },
    )


def _export(request: AuthedRequest, listing: Listing, name: str, verb: str) -> HttpResponse:
    """The list as CSV, with the same rows in the same order. The audit trail records who downloaded it."""
    found = _listed(request, listing)
    audit.record(verb, by=request.user, about=request.user, rows=len(found.rows), filters=found.query)
    response = HttpResponse(exports.list_csv(listing, found.rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{found.years}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def report_list(request: AuthedRequest) -> HttpResponse:
    """The annual reports of all groups, of one year or of all years."""
    return _list(request, REPORTS)


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def report_export(request: AuthedRequest) -> HttpResponse:
    """The list of annual reports as CSV."""
    return _export(request, REPORTS, "annual-reports", "office.reports_exported")


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def target_list(request: AuthedRequest) -> HttpResponse:
    """The target sets of all groups, of one quadrennium or of all."""
    return _list(request, TARGETS)


@office_page(Permission.VIEW_DASHBOARD)
@require_safe
def target_export(request: AuthedRequest) -> HttpResponse:
    """The list of target sets as CSV."""
    return _export(request, TARGETS, "target-sets", "office.targets_exported")


@office_page(Permission.VIEW_MAIL_QUEUE)
@require_safe
def mail_queue(request: AuthedRequest) -> HttpResponse:
    """The outbox: counts and mails in trouble, without addresses, subjects and texts."""
    found = queries.mail_queue()
    may_retry = request_roles(request).everywhere(Permission.RETRY_MAIL)
    page = Paginator(found.troubled, MAIL_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "office/mail_queue.html",
        {
            "figures": present.mail_figures(found),
            "oldest": found.oldest,
            "page": page,
            "troubled": [(mail, present.without_addresses(mail.reason)) for mail in page],
            "to_retry": found.to_retry,
            "may_retry": may_retry,
            "mail_off": _mail_off(request),
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


@office_page(Permission.RETRY_MAIL)
@require_POST
@shown_on("office:mail-queue")
@acts_once
def mail_retry_all(request: AuthedRequest) -> HttpResponse:
    """Put every mail back into the queue that failed through no fault of its address."""
    count = actions.retry_all_mails(by=request.user)
    messages.success(
        request,
        ngettext(
            "%(count)d email is in the queue again. The portal sends it within a minute.",
            "%(count)d emails are in the queue again. The portal sends them within minutes.",
            count,
        )
        % {"count": count},
    )
    return redirect("office:mail-queue")
