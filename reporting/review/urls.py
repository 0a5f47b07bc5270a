"""Addresses of the Chair's Office about one report."""

from django.urls import path

from reporting.review import views

urlpatterns = [
    path("office/reports/<slug:group>/<int:year>/", views.report_review, name="report-review"),
    path("office/reports/<slug:group>/<int:year>/extend/", views.report_extend, name="report-extend"),
]
