"""The portal's addresses and one bare page, only for measuring with `make bench`."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from groups.access import request_roles
from sscportal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    """Do the least that a page for a signed-in person does: read session, person and roles, and write one line.

    These are three SQL statements, which every page inside the portal sends too. The middleware has read the roles
    already, because a role may need a second factor. The page reads them itself too, so it does not rely on this.
    """
    roles = len(request_roles(request).all_codes)
    return HttpResponse(f"<!doctype html><title>bare</title><p>{request.user.pk}: {roles}</p>")


urlpatterns = [path("bare/", bare, name="bare"), *urlpatterns]
