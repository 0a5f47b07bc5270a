"""The portal's addresses, and two pages that break: for tests of what is logged, shown and told."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from sscportal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_not_required
def breaks(request: HttpRequest) -> HttpResponse:
    """Break as a bug would, with data of a person in the message and in a local variable."""
    address = "a.person@example.org"
    raise ValueError(f"Key (email)=({address}) already exists.")


urlpatterns = [*urlpatterns, path("breaks/", breaks, name="breaks")]
