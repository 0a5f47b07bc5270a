"""Addresses of published reports."""

from django.urls import path

from reporting.publication import views

urlpatterns = [
    path("reports/", views.published_list, name="published-list"),
    path("groups/<slug:group>/reports/<int:year>/", views.published_detail, name="published-detail"),
    path("groups/<slug:group>/reports/<int:year>/report.pdf", views.published_pdf, name="published-pdf"),
    path(
        "groups/<slug:group>/reports/<int:year>/figures.csv",
        views.published_figures,
        name="published-figures",
    ),
]
