"""The portal's addresses and one bare page beside them, for measuring only: `make bench`."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sscportal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    """The least that a page for a signed-in person can do: who is it, and one line."""
    return HttpResponse(f"<!doctype html><title>bare</title><p>{request.user.pk}</p>")


urlpatterns = [path("bare/", bare, name="bare"), *urlpatterns]
