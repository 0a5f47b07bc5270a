"""Addresses of the Chair's Office about one report."""

from django.urls import path

from reporting.review import views

urlpatterns = [
    path("office/reports/<slug:group>/<int:year>/", views.report_review, name="report-review"),
    path("office/reports/<slug:group>/<int:year>/extend/", views.report_extend, name="report-extend"),
    path(
        "office/reports/<slug:group>/<int:year>/comments/<int:comment>/settle/",
        views.review_resolve,
        name="review-resolve",
    ),
    path(
        "office/reports/<slug:group>/<int:year>/<slug:section>/comment/",
        views.review_comment,
        name="review-comment",
    ),
]
