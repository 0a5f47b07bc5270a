"""Addresses of a group's annual report."""

from django.urls import path

from reporting.reports import views

urlpatterns = [
    path("g/<slug:group>/report/", views.report_current, name="report-current"),
    path("g/<slug:group>/report/<int:year>/", views.report_detail, name="report-detail"),
    path("g/<slug:group>/report/<int:year>/preview/", views.report_preview, name="report-preview"),
    path("g/<slug:group>/report/<int:year>/send/", views.report_send, name="report-send"),
    path("g/<slug:group>/report/<int:year>/sent/", views.report_sent, name="report-sent"),
    path("g/<slug:group>/report/<int:year>/share/", views.report_share, name="report-share"),
    path(
        "g/<slug:group>/report/<int:year>/share/<int:grant>/end/",
        views.report_unshare,
        name="report-unshare",
    ),
    path("g/<slug:group>/report/<int:year>/<slug:section>/", views.report_section, name="report-section"),
]
