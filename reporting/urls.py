"""Addresses of this app, by subject."""

from reporting.publication.urls import urlpatterns as publication
from reporting.reports.urls import urlpatterns as reports
from reporting.review.urls import urlpatterns as review
from reporting.targets.urls import urlpatterns as targets

app_name = "reporting"
urlpatterns = [*targets, *reports, *review, *publication]
