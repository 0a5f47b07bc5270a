"""The portal's addresses and one bare page beside them, for measuring only: `make bench`."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from groups.access import request_roles
from sscportal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    """The least that a page for a signed-in person does: it reads session, person and roles, and writes one line.

    These are three statements, and every page inside the portal sends them too. The middleware asks for the roles
    already (a role may need a second factor); the page asks for them itself, so that it reads them in any case.
    """
    roles = len(request_roles(request).all_codes)
    return HttpResponse(f"<!doctype html><title>bare</title><p>{request.user.pk}: {roles}</p>")


urlpatterns = [path("bare/", bare, name="bare"), *urlpatterns]
